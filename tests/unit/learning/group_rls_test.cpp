#include "fullforce/learning/group_rls.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <functional>

#include "fullforce/base/check.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/learning/shared_gain_rls.hpp"
#include "fullforce/linalg/packed_symmetric.hpp"
#include "fullforce/model/distinct_neurons.hpp"
#include "support/temporary_folder.hpp"

namespace fullforce {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr Index outputs = 2;

/// The rates of a step, which are the same on every rank. They are smooth in time and nearly dependent.
Matrix rates(Index neurons, Index streams, Index step) {
  Matrix r(neurons, streams);
  for (Index b = 0; b < streams; ++b)
    for (Index i = 0; i < neurons; ++i) {
      const double phase = Draws(9, Purpose::network_state, static_cast<std::uint64_t>(b)).uniform(i);
      r(i, b) = std::tanh(1.5 * std::sin(6.3 * phase + 0.11 * static_cast<double>(step) * (1.0 + phase)));
    }
  return r;
}

double target(Index neuron, Index step) {
  return std::sin(0.05 * static_cast<double>(step) + static_cast<double>(neuron));
}
double output_target(Index output, Index step) { return std::cos(0.07 * static_cast<double>(step + output)); }

/// All streams learn at even steps, and the odd ones at odd steps.
std::vector<Index> selection(Index streams, Index step) {
  std::vector<Index> selected;
  for (Index b = 0; b < streams; ++b)
    if (step % 2 == 0 || b % 2 == 1) selected.push_back(b);
  return selected;
}

struct Settings {
  Index neurons = 50;
  Index streams = 1;
  Index in_degree = 12;
  Index group = 1;
  Index readout_inputs = 20;
  Index static_in_degree = 0;
  double forgetting = 1.0;
  std::string partners{};
  PlasticNeurons plastic{};
  Signs signs = Signs::free;
  double class_penalty = 0.0;
};

LearningOptions learning(const Settings& s) {
  LearningOptions options;
  options.features = FeatureKind::sparse;
  options.alpha = 0.7;
  options.plastic_in_degree = s.in_degree;
  options.group = s.group;
  options.readout_inputs = s.readout_inputs;
  options.forgetting = s.forgetting;
  options.partners = s.partners;
  options.signs = s.signs;
  options.class_penalty = s.class_penalty;
  return options;
}

PlasticitySizes sizes(const Settings& s) {
  NetworkOptions network;
  network.neurons = s.neurons;
  network.static_in_degree = s.static_in_degree;
  network.excitatory_fraction = 0.6;
  return {outputs, s.streams, 1.0, true, network, 3, s.plastic};
}

/// A plasticity on this rank that is fed with whole matrices of rates, which it does not change: an open loop.
template <class Kind, class T = double>
class OpenLoop {
 public:
  OpenLoop(const Communicator& comm, const LearningOptions& options, const PlasticitySizes& sizes)
      : layout_(comm, sizes.network.neurons),
        streams_(sizes.streams),
        rls_(layout_, options, sizes),
        rates_(layout_, 2, streams_),
        currents_(layout_, streams_),
        targets_(layout_, streams_),
        outputs_(as_size(outputs * streams_)) {}

  void step(Index k, const std::vector<Index>& selected) {
    const Matrix r = rates(layout_.rows(), streams_, k);
    for (Index b = 0; b < streams_; ++b)
      for (Index i = 0; i < layout_.local_rows(); ++i) {
        rates_.mine(0, i)[b] = static_cast<T>(r(layout_.first_row() + i, b));
        targets_(i, b) = static_cast<T>(target(layout_.first_row() + i, k));
      }
    rates_.gather();
    rls_.evaluate(rates_, selected, currents_, outputs_, timer_, Direction::forwards);
    std::vector<double> errors;
    for (Index o = 0; o < outputs; ++o)
      for (const Index b : selected) errors.push_back(outputs_[as_size(o * streams_ + b)] - output_target(o, k));
    rls_.complete(currents_, {&targets_, 0.0, has_target_, of_rates_ ? &rates_ : nullptr}, errors, timer_);
  }

  Kind& rls() { return rls_; }
  /// From now on only those neurons have targets that `which` says.
  void give_targets_to(const std::function<bool(Index)>& which) {
    for (Index i = 0; i < layout_.local_rows(); ++i) has_target_.push_back(which(layout_.first_row() + i) ? 1 : 0);
  }
  /// From now on targets are rates.
  void compare_rates() { of_rates_ = true; }
  const Layout& layout() const { return layout_; }
  const StreamArray<T>& currents() const { return currents_; }
  const std::vector<double>& z() const { return outputs_; }
  RegionTimer& timer() { return timer_; }

  /// A matrix [N, cols] of which each rank has its rows.
  Matrix whole(Index cols, const std::function<double(Index, Index)>& mine) const {
    const Index n = layout_.rows();
    std::vector<double> all(as_size(n * cols));
    for (Index i = 0; i < layout_.local_rows(); ++i)
      for (Index j = 0; j < cols; ++j) all[as_size((layout_.first_row() + i) * cols + j)] = mine(i, j);
    RowGather(layout_.comm(), layout_.partition(), cols)(std::span<double>(all));
    return Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(all.data(), n, cols);
  }
  Matrix weights() const {
    return whole(rls_.weights().cols(), [this](Index i, Index j) { return static_cast<double>(rls_.weights()(i, j)); });
  }

 private:
  Layout layout_;
  Index streams_;
  Kind rls_;
  GatheredVectors<T> rates_;
  StreamArray<T> currents_, targets_;
  std::vector<double> outputs_;
  RegionTimer timer_;
  std::vector<std::uint8_t> has_target_;
  bool of_rates_ = false;
};

template <class T = double, class F = T>
OpenLoop<GroupRls<T, F>, T> groups(const Communicator& comm, const Settings& s) {
  return {comm, learning(s), sizes(s)};
}

double difference(const Matrix& a, const Matrix& b) { return (a - b).cwiseAbs().maxCoeff(); }

/// The learning of one post by itself, as the formulas say: it has a P of its own and its own list of inputs.
struct Post {
  Post(std::vector<Index> from, double alpha)
      : inputs(std::move(from)),
        P(Matrix::Identity(static_cast<Index>(inputs.size()), static_cast<Index>(inputs.size())) / alpha),
        weights(Vector::Zero(P.rows())) {}

  Matrix chosen(const Matrix& r) const {
    Matrix own(P.rows(), r.cols());
    for (Index k = 0; k < own.rows(); ++k) own.row(k) = r.row(inputs[as_size(k)]);
    return own;
  }
  void learn(const Matrix& r, const Vector& errors, double forgetting) {
    const Matrix R = chosen(r), K = P * R;
    const Matrix gains = K * (Matrix::Identity(R.cols(), R.cols()) + R.transpose() * K).inverse();
    weights -= gains * errors;
    P = ((P - gains * K.transpose()) / forgetting).eval();
  }

  std::vector<Index> inputs;
  Matrix P;
  Vector weights;
};

class AgainstOnePEach : public testing::TestWithParam<Settings> {};

TEST_P(AgainstOnePEach, LearnsTheSameWeights) {
  const Settings s = GetParam();
  const Communicator comm = Communicator::world();
  auto loop = groups(comm, s);
  GroupRls<double>& rls = loop.rls();
  const NeuronGroups& own = rls.partners().groups();
  std::vector<Post> posts, out(outputs, Post({rls.readout_inputs().begin(), rls.readout_inputs().end()}, 0.7));
  for (Index k = 0; k < own.count(); ++k)
    for (Index i = 0; i < own.rows(k).rows; ++i)
      posts.emplace_back(std::vector<Index>(rls.partners().of(k).begin(), rls.partners().of(k).end()), 0.7);
  Matrix J_s = Matrix::Zero(loop.layout().local_rows(), s.neurons);
  for (Index i = 0; i < J_s.rows(); ++i)
    for (Index j = 0; j < s.neurons && s.static_in_degree > 0; ++j) J_s(i, j) = (*rls.static_weights())(i, j);
  for (Index k = 0; k < 120; ++k) {
    const std::vector<Index> selected = selection(s.streams, k);
    loop.step(k, selected);
    const Matrix r = rates(s.neurons, s.streams, k);
    Matrix chosen(s.neurons, static_cast<Index>(selected.size()));
    for (std::size_t c = 0; c < selected.size(); ++c) chosen.col(static_cast<Index>(c)) = r.col(selected[c]);
    for (std::size_t i = 0; i < posts.size(); ++i) {
      const auto local = static_cast<Index>(i);
      const Vector z = posts[i].chosen(r).transpose() * posts[i].weights + (J_s.row(local) * r).transpose();
      Vector errors(chosen.cols());
      for (std::size_t c = 0; c < selected.size(); ++c)
        errors(static_cast<Index>(c)) = z(selected[c]) - target(loop.layout().first_row() + local, k);
      for (Index b = 0; b < s.streams; ++b) ASSERT_NEAR(loop.currents()(local, b), z(b), 1e-9) << "step " << k;
      if (!selected.empty()) posts[i].learn(chosen, errors, s.forgetting);
    }
    for (Index o = 0; o < outputs; ++o) {
      Post& post = out[as_size(o)];
      const Vector z = post.chosen(r).transpose() * post.weights;
      Vector errors(chosen.cols());
      for (std::size_t c = 0; c < selected.size(); ++c)
        errors(static_cast<Index>(c)) = z(selected[c]) - output_target(o, k);
      for (Index b = 0; b < s.streams; ++b) ASSERT_NEAR(loop.z()[as_size(o * s.streams + b)], z(b), 1e-9) << k;
      if (!selected.empty()) post.learn(chosen, errors, s.forgetting);
    }
  }
  for (std::size_t i = 0; i < posts.size(); ++i)
    for (Index j = 0; j < posts[i].weights.size(); ++j)
      EXPECT_NEAR(rls.weights()(static_cast<Index>(i), j), posts[i].weights(j), 1e-9);
  rls.flush(loop.timer());
  EXPECT_NEAR(rls.readout_inverse_correlation(3, 1), out[0].P(3, 1), 1e-9);
}

INSTANTIATE_TEST_SUITE_P(All, AgainstOnePEach,
                         testing::Values(Settings{}, Settings{.streams = 3}, Settings{.streams = 9, .group = 7},
                                         Settings{.group = 16, .static_in_degree = 5},
                                         Settings{.streams = 2, .group = 100, .static_in_degree = 11},
                                         Settings{.streams = 2, .group = 7, .forgetting = 0.97},
                                         Settings{.streams = 9, .group = 7, .forgetting = 0.97}));

/// One group of all neurons that reads all neurons, and a readout that does so, is what shared-gain RLS computes.
TEST(GroupRls, OneGroupThatReadsAllNeuronsEqualsDenseLearning) {
  const Communicator comm = Communicator::world();
  for (const Index group : {1, 9, 50}) {
    const Settings s{.streams = 3, .in_degree = 50, .group = group, .readout_inputs = 50};
    LearningOptions dense_options = learning(s);
    dense_options.features = FeatureKind::dense;
    auto sparse = groups(comm, s);
    OpenLoop<SharedGainRls<double>> dense(comm, dense_options, sizes(s));
    for (Index k = 0; k < 200; ++k) {
      sparse.step(k, selection(3, k));
      dense.step(k, selection(3, k));
      for (Index i = 0; i < dense.currents().rows(); ++i)
        for (Index b = 0; b < 3; ++b)
          ASSERT_NEAR(sparse.currents()(i, b), dense.currents()(i, b), 1e-9) << "step " << k;
      for (std::size_t o = 0; o < dense.z().size(); ++o) ASSERT_NEAR(sparse.z()[o], dense.z()[o], 1e-9) << k;
    }
  }
}

/// A file with the partners of each group, which every rank writes for itself.
std::string write_partners(const TemporaryFolder& folder, const Communicator& comm, const std::string& name, Index rows,
                           const std::function<std::vector<Index>(Index)>& row) {
  const std::string path = (folder / fmt::format("{}-{}.h5", name, static_cast<int>(comm.rank()))).string();
  std::vector<Index> indptr{0}, indices;
  for (Index g = 0; g < rows; ++g) {
    for (const Index neuron : row(g)) indices.push_back(neuron);
    indptr.push_back(static_cast<Index>(indices.size()));
  }
  const Communicator self = Communicator::self();
  Archive file = Archive::create(self, path);
  file.replicated<Index>("indptr", std::span(indptr));
  file.replicated<Index>("indices", std::span(indices));
  file.close();
  return path;
}

TEST(GroupRls, NeuronsOfAGroupEqualNeuronsByThemselvesWithTheSamePartners) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  Settings s{.streams = 2, .group = 7};
  const auto partners_of = [&](Index group) {
    std::vector<std::int32_t> drawn(as_size(s.in_degree));
    DistinctNeurons(s.neurons).draw(Draws(3, Purpose::group_partners, static_cast<std::uint64_t>(group)), drawn);
    return std::vector<Index>(drawn.begin(), drawn.end());
  };
  auto together = groups(comm, s);
  s.partners = write_partners(folder, comm, "each", s.neurons, [&](Index i) { return partners_of(i / 7); });
  s.group = 1;
  auto apart = groups(comm, s);
  for (Index k = 0; k < 100; ++k) {
    together.step(k, selection(2, k));
    apart.step(k, selection(2, k));
  }
  EXPECT_LT(difference(together.weights(), apart.weights()), 1e-12);
  const NeuronGroups& own = together.rls().partners().groups();
  for (Index k = 0; k < own.count(); ++k)
    for (Index i = own.rows(k).local; i < own.rows(k).local + own.rows(k).rows; ++i)
      for (Index j = 0; j < s.in_degree; ++j)
        for (Index l = 0; l < s.in_degree; ++l)
          ASSERT_EQ(together.rls().inverse_correlation(k, j, l), apart.rls().inverse_correlation(i, j, l));
}

TEST(GroupRls, GroupsMayHaveFewerPartners) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  Settings s{.streams = 2, .in_degree = 12, .group = 10};
  const auto first = [](Index count) {
    std::vector<Index> neurons(as_size(count));
    for (Index k = 0; k < count; ++k) neurons[as_size(k)] = 3 * k;
    return neurons;
  };
  s.partners = write_partners(folder, comm, "few", 5, [&](Index g) { return first(g == 2 ? 0 : 3 * g); });
  auto loop = groups(comm, s);
  for (Index k = 0; k < 50; ++k) loop.step(k, selection(2, k));
  const Matrix W = loop.weights();
  for (Index i = 0; i < s.neurons; ++i) {
    const Index count = i / 10 == 2 ? 0 : 3 * (i / 10);
    for (Index k = 0; k < s.in_degree; ++k) EXPECT_EQ(W(i, k) != 0.0, k < count) << "neuron " << i << ", weight " << k;
  }
}

/// The random weights [N, K] from the partners, as draw_recurrent() draws them with the gain 1.5 and seed 8.
Matrix drawn(const Settings& s) {
  Matrix W(s.neurons, s.in_degree);
  for (Index i = 0; i < s.neurons; ++i)
    for (Index k = 0; k < s.in_degree; ++k)
      W(i, k) = 1.5 / std::sqrt(static_cast<double>(s.in_degree)) *
                Draws(8, Purpose::recurrent_weights, static_cast<std::uint64_t>(i)).normal(k);
  return W;
}

TEST(GroupRls, NeuronsWithoutTargetsKeepRandomWeightsAndChangeNothingForTheOthers) {
  const Communicator comm = Communicator::world();
  Settings s{.streams = 2, .group = 7};
  auto all = groups(comm, s);
  s.plastic = {24, 24};
  auto some = groups(comm, s);
  const auto learns = [](Index i) { return i < 24; };
  std::vector<std::uint8_t> kept;
  for (Index i = 0; i < some.layout().local_rows(); ++i) kept.push_back(learns(some.layout().first_row() + i) ? 1 : 0);
  some.rls().draw_recurrent(1.5, 8, kept);
  some.give_targets_to(learns);
  for (Index k = 0; k < 100; ++k) {
    all.step(k, selection(2, k));
    some.step(k, selection(2, k));
  }
  const Matrix random = drawn(s), W = some.weights(), of_all = all.weights();
  for (Index i = 0; i < s.neurons; ++i)
    for (Index k = 0; k < s.in_degree; ++k) ASSERT_EQ(W(i, k), learns(i) ? of_all(i, k) : random(i, k)) << i;
  EXPECT_GT(of_all.cwiseAbs().minCoeff(), 0.0) << "all neurons learn otherwise";
  // Groups that have a neuron that learns are 0 to 3.
  const Index with_P = NeuronGroups(some.layout().partition(), comm.rank(), 7).count_among(4);
  const Index bytes = static_cast<Index>(some.rls().matrices().front().size());
  EXPECT_EQ(bytes, with_P * static_cast<Index>(sizeof(double)) * packed_size(s.in_degree));
}

TEST(GroupRls, LearnsFromTheErrorsOfRates) {
  const Communicator comm = Communicator::world();
  const Settings s{.in_degree = 50, .group = 9, .readout_inputs = 50};
  LearningOptions dense_options = learning(s);
  dense_options.features = FeatureKind::dense;
  auto sparse = groups(comm, s);
  OpenLoop<SharedGainRls<double>> dense(comm, dense_options, sizes(s));
  sparse.rls().draw_recurrent(1.5, 8, {});
  dense.rls().draw_recurrent(1.5, 8, {});
  EXPECT_EQ(difference(sparse.weights(), drawn(s)), 0.0);
  EXPECT_EQ(difference(dense.weights(), drawn(s)), 0.0);
  sparse.compare_rates();
  dense.compare_rates();
  for (Index k = 0; k < 60; ++k) {
    sparse.step(k, {0});
    dense.step(k, {0});
  }
  dense.rls().flush(dense.timer());
  EXPECT_LT(difference(sparse.weights(), dense.weights()), 1e-9);
  EXPECT_GT(difference(sparse.weights(), drawn(s)), 0.1);
}

TEST(GroupRls, PartnersAreDistinctNeuronsAndDependOnTheGroupAlone) {
  const Communicator comm = Communicator::world();
  auto loop = groups(comm, {.group = 7});
  const Partners& partners = loop.rls().partners();
  for (Index k = 0; k < partners.groups().count(); ++k) {
    std::vector<std::int32_t> expected(12);
    DistinctNeurons(50).draw(
        Draws(3, Purpose::group_partners, static_cast<std::uint64_t>(partners.groups().first() + k)), expected);
    EXPECT_TRUE(std::ranges::equal(partners.of(k), expected));
    for (std::size_t i = 1; i < expected.size(); ++i) EXPECT_LT(expected[i - 1], expected[i]);
  }
}

TEST(GroupRls, MixedPrecisionKeepsPInDoublePrecision) {
  const Communicator comm = Communicator::world();
  const Settings s{.streams = 3, .in_degree = 30, .group = 10};
  auto exact = groups(comm, s);
  auto mixed = groups<float, double>(comm, s);
  auto single = groups<float>(comm, s);
  for (Index k = 0; k < 150; ++k) {
    exact.step(k, selection(3, k));
    mixed.step(k, selection(3, k));
    single.step(k, selection(3, k));
  }
  const auto P_differs = [&](const auto& other) {
    double largest = 0.0;
    for (Index k = 0; k < exact.rls().partners().groups().count(); ++k)
      largest =
          std::max(largest, std::abs(other.inverse_correlation(k, 5, 5) - exact.rls().inverse_correlation(k, 5, 5)));
    return comm.max(largest);
  };
  EXPECT_LT(P_differs(mixed.rls()), 1e-5);
  EXPECT_LT(P_differs(mixed.rls()), P_differs(single.rls()));
  EXPECT_LT(difference(mixed.weights(), exact.weights()), 1e-2);
}

/// A post under Dale's law, as one would write it: P is whole after every update, and descents follow each.
struct SignedPost : Post {
  SignedPost(std::vector<Index> from, const NeuronSigns& neurons) : Post(std::move(from), 0.7) {
    for (const Index j : inputs) signs.push_back(neurons.sign<double>(j));
    multipliers = Vector::Zero(weights.size());
  }

  void descend(double growth) {
    multipliers /= growth;
    for (int round = 0; round < 2; ++round)
      for (Index j = 0; j < weights.size(); ++j) {
        const double s = signs[as_size(j)], before = multipliers(j);
        multipliers(j) = s * std::max(0.0, s * (before - weights(j) / P(j, j)));
        weights += (multipliers(j) - before) * P.col(j);
      }
  }

  Vector bounded() const {
    Vector w = weights;
    for (Index j = 0; j < w.size(); ++j)
      if (signs[as_size(j)] * w(j) < 0.0) w(j) = 0.0;
    return w;
  }

  std::vector<double> signs;
  Vector multipliers;
};

class UnderDalesLaw : public testing::TestWithParam<Settings> {};

TEST_P(UnderDalesLaw, LearnsTheWeightsOfTheReferenceWhichObeyTheLaw) {
  const Settings s = GetParam();
  const Communicator comm = Communicator::world();
  auto loop = groups(comm, s);
  const GroupRls<double>& rls = loop.rls();
  const NeuronGroups& own = rls.partners().groups();
  std::vector<SignedPost> posts;
  for (Index g = 0; g < own.count(); ++g)
    for (Index i = 0; i < own.rows(g).rows; ++i)
      posts.emplace_back(std::vector<Index>(rls.partners().of(g).begin(), rls.partners().of(g).end()),
                         NeuronSigns(sizes(s).network));
  Index pending = 0;    // updates of P that are not applied
  double growth = 1.0;  // since the last descent
  for (Index k = 0; k < 120; ++k) {
    const std::vector<Index> selected = selection(s.streams, k);
    loop.step(k, selected);
    if (!selected.empty()) growth /= s.forgetting;
    pending += static_cast<Index>(selected.size());
    const bool is_applied = pending >= std::max<Index>(1, s.in_degree / 16);
    const Matrix r = rates(s.neurons, s.streams, k), chosen = r(Eigen::all, selected);
    for (std::size_t i = 0; i < posts.size(); ++i) {
      SignedPost& post = posts[i];
      const auto local = static_cast<Index>(i);
      const Vector z = post.chosen(r).transpose() * post.bounded();
      for (Index b = 0; b < s.streams; ++b) ASSERT_NEAR(loop.currents()(local, b), z(b), 1e-9) << "step " << k;
      if (selected.empty()) continue;
      const Vector errors =
          (post.chosen(chosen).transpose() * post.weights).array() - target(loop.layout().first_row() + local, k);
      post.learn(chosen, errors, s.forgetting);
      if (is_applied) post.descend(growth);
      for (Index j = 0; j < s.in_degree; ++j) ASSERT_GE(rls.weights()(local, j) * post.signs[as_size(j)], 0.0);
    }
    if (!is_applied) continue;
    pending = 0;
    growth = 1.0;
  }
  Index at_bound = 0;
  for (std::size_t i = 0; i < posts.size(); ++i)
    for (Index j = 0; j < s.in_degree; ++j) {
      EXPECT_NEAR(rls.weights()(static_cast<Index>(i), j), posts[i].bounded()(j), 1e-9);
      at_bound += rls.weights()(static_cast<Index>(i), j) == 0.0 ? 1 : 0;
    }
  EXPECT_GT(comm.sum(at_bound), s.neurons) << "the law makes a difference";
  const auto share = std::get<double>(rls.report().numbers.back().value);
  EXPECT_DOUBLE_EQ(share, static_cast<double>(comm.sum(at_bound)) / static_cast<double>(s.neurons * s.in_degree));
}

// With 12 partners a panel has one column, so that descents follow every update. With 40 it has two.
INSTANTIATE_TEST_SUITE_P(
    All, UnderDalesLaw,
    testing::Values(Settings{.group = 7, .signs = Signs::dale},
                    Settings{.streams = 3, .group = 50, .signs = Signs::dale},
                    Settings{.in_degree = 40, .group = 20, .forgetting = 0.99, .signs = Signs::dale},
                    Settings{.streams = 2, .group = 10, .forgetting = 0.97, .signs = Signs::dale}));

TEST(GroupRls, APenaltyOfClassesIsPartOfTheDefinitionOfP) {
  const Communicator comm = Communicator::world();
  const Settings s{.in_degree = 20, .group = 10, .class_penalty = 0.3};
  auto loop = groups(comm, s);
  const NeuronSigns signs(sizes(s).network);
  const NeuronGroups& own = loop.rls().partners().groups();
  for (Index g = 0; g < own.count(); ++g) {
    const std::span<const std::int32_t> partners = loop.rls().partners().of(g);
    Matrix definition = 0.7 * Matrix::Identity(20, 20);
    for (Index i = 0; i < 20; ++i)
      for (Index j = 0; j < 20; ++j)
        if (signs.is_excitatory(partners[as_size(i)]) == signs.is_excitatory(partners[as_size(j)]))
          definition(i, j) += 0.3;
    const Matrix P = definition.inverse();
    for (Index i = 0; i < 20; ++i)
      for (Index j = 0; j < 20; ++j) EXPECT_NEAR(loop.rls().inverse_correlation(g, i, j), P(i, j), 1e-12);
  }
}

TEST(GroupRls, EffectiveWeightsAreStaticAndLearnedOnes) {
  const Communicator comm = Communicator::world();
  auto loop = groups(comm, {.group = 7, .static_in_degree = 9});
  for (Index k = 0; k < 30; ++k) loop.step(k, {0});
  const EffectiveWeights weights = loop.rls().effective_weights();
  loop.step(31, {});
  const Matrix r = rates(50, 1, 31);
  std::vector<double> row(50);
  for (Index i = 0; i < loop.layout().local_rows(); ++i) {
    weights.recurrent.copy_W(i, row);
    EXPECT_NEAR(Eigen::Map<Vector>(row.data(), 50).dot(r.col(0)), loop.currents()(i, 0), 1e-12);
  }
  const Matrix w = loop.whole(outputs, [&](Index i, Index o) { return weights.readout(i, o); });
  for (Index o = 0; o < outputs; ++o) EXPECT_NEAR(w.col(o).dot(r.col(0)), loop.z()[as_size(o)], 1e-12);
}

TEST(GroupRls, NothingIsSentInAStep) {
  const Communicator comm = Communicator::world();
  auto loop = groups(comm, {.streams = 2, .group = 7});
  const Index before = comm.calls();
  for (Index k = 0; k < 10; ++k) loop.step(k, {0, 1});
  EXPECT_EQ(comm.calls() - before, 10) << "the gather of the rates by this test";
}

TEST(GroupRls, ForceLearnsTheReadoutAlone) {
  const Communicator comm = Communicator::world();
  const Settings s{.streams = 2, .readout_inputs = 50, .static_in_degree = 5};
  LearningOptions options = learning(s), dense_options = options;
  options.rule = dense_options.rule = Rule::force;
  dense_options.features = FeatureKind::dense;
  OpenLoop<GroupRls<double>> sparse(comm, options, sizes(s));
  OpenLoop<SharedGainRls<double>> dense(comm, dense_options, sizes(s));
  for (Index k = 0; k < 100; ++k) {
    sparse.step(k, selection(2, k));
    dense.step(k, selection(2, k));
    for (std::size_t o = 0; o < dense.z().size(); ++o) ASSERT_NEAR(sparse.z()[o], dense.z()[o], 1e-9) << k;
  }
  EXPECT_EQ(sparse.rls().weights().rows(), 0);
  EXPECT_EQ(sparse.rls().static_weights(), nullptr);
}

TEST(GroupRls, SaysThatAValueIsNotANumber) {
  const Communicator comm = Communicator::world();
  const Layout layout(comm, 50);
  GroupRls<double> rls(layout, learning({}), sizes({}));
  GatheredVectors<double> r(layout, 1, 1);
  for (Index i = 0; i < layout.local_rows(); ++i) r.mine(0, i)[0] = std::nan("");
  r.gather();
  StreamArray<double> currents(layout, 1), targets(layout, 1);
  std::vector<double> z(outputs), errors(outputs);
  RegionTimer timer;
  const std::vector<Index> first = {0};
  rls.evaluate(r, first, currents, z, timer, Direction::forwards);
  rls.complete(currents, {&targets, 0.0}, errors, timer);
  for (Index i = 0; i < layout.local_rows(); ++i) EXPECT_TRUE(std::isnan(currents(i, 0)));
  EXPECT_TRUE(std::isnan(z[0]));
}

TEST(GroupRls, AStepAccountsForWhatItDid) {
  const Communicator comm = Communicator::world();
  auto loop = groups(comm, {.streams = 2, .group = 10});
  StepAccount account;
  loop.step(0, {1});
  loop.rls().account(account);
  const double of_weights = 50.0 * 12.0 + outputs * 20.0;
  const double of_P = 5.0 * 12.0 * 12.0, of_readout_P = 20.0 * 20.0;
  EXPECT_DOUBLE_EQ(account.work().operations, 2.0 * of_weights * 2.0 + 3.0 * (of_P + of_readout_P) + 2.0 * 50.0 * 12.0)
      << "the panels have room for one column";
}

}  // namespace
}  // namespace fullforce
