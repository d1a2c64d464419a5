#include "fullforce/learning/drive.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "support/array_memory.hpp"

namespace fullforce {
namespace {

constexpr Index neurons = 70;
constexpr Index streams = 3;
constexpr Index n_out = 2;
constexpr std::uint64_t weight_seed = 5;
constexpr std::uint64_t state_seed = 6;

template <class T>
constexpr double tolerance = std::is_same_v<T, float> ? 2e-4 : 1e-11;

/// Two inputs, two outputs and a hint. The inputs are silent in every other step, as those of most tasks often are.
class ToyTask : public Task {
 public:
  Index inputs() const override { return 2; }
  Index outputs() const override { return n_out; }
  Index hints() const override { return 1; }
  /// Streams that start apart are in different phases at the same time.
  bool fixed() const override { return true; }
  void make(TrialId id, Trial& trial) const override {
    trial.length = 12;
    const auto fill = [&](std::vector<double>& signal, Index width, double shift) {
      signal.resize(as_size(trial.length * width));
      for (std::size_t k = 0; k < signal.size(); ++k)
        signal[k] = std::sin(0.9 * static_cast<double>(k) + shift + static_cast<double>(id.number));
    };
    fill(trial.inputs, inputs(), 0.0);
    fill(trial.targets, outputs(), 1.0);
    fill(trial.hints, hints(), 2.0);
    for (std::size_t k = 0; k < trial.inputs.size(); ++k)
      if (k / as_size(inputs()) % 2 == 0) trial.inputs[k] = 0.0;
  }
};

/// In 28 steps each stream ends its teacher-forced trials; two of them run another one, and all become idle.
constexpr TrialSchedule schedule{streams, 1, 2};
constexpr Index steps = 28;

NetworkOptions network_options(Index in_degree) {
  NetworkOptions options;
  options.neurons = neurons;
  options.in_degree = in_degree;
  options.hint_gain = 0.5;
  return options;
}

template <Real T>
LearningOptions learning_options(Rule rule) {
  LearningOptions options;
  options.rule = rule;
  options.precision = std::is_same_v<T, float> ? Precision::single_precision : Precision::double_precision;
  return options;
}

/// The rates of the task-performing network in a step, and its outputs. They may be anything.
double rate(Index step, Index neuron, Index stream) {
  return std::sin(0.3 * static_cast<double>(step) + 0.7 * static_cast<double>(neuron + 3 * stream));
}
std::vector<double> outputs(Index step) {
  std::vector<double> z;
  for (Index k = 0; k < n_out * streams; ++k) z.push_back(std::cos(0.4 * static_cast<double>(step + 5 * k)));
  return z;
}

/// The target-generating network as the formulas say it, with all neurons on each rank and nothing worked out ahead.
template <Real T>
class NaiveNetwork {
 public:
  NaiveNetwork(const NetworkOptions& options, const Task& task)
      : options_(options),
        self_(Communicator::self()),
        layout_(self_, neurons),
        weights_(layout_, options, task, weight_seed),
        x_D_(as_size(neurons * streams)) {
    for (Index b = 0; b < streams; ++b)
      for (Index i = 0; i < neurons; ++i)
        x_D_[at(i, b)] = Draws(state_seed, Purpose::target_state, static_cast<std::uint64_t>(b)).normal(i);
  }

  const Connectivity<T>& weights() const { return weights_; }

  /// J_D r of a neuron.
  double recurrent(Index i, Index b, const std::function<double(Index, Index)>& r) const {
    double sum = 0.0;
    for (Index j = 0; j < neurons; ++j) sum += static_cast<double>(weights_.J_D(i, j)) * r(j, b);
    return sum;
  }

  /// A signal times its weights.
  static double external(const RowMatrix<T>& u, const std::vector<double>& signal, Index i, Index b) {
    double sum = 0.0;
    for (Index c = 0; c < u.cols(); ++c) sum += static_cast<double>(u(i, c)) * signal[as_size(c * streams + b)];
    return sum;
  }

  /// F = J_D r_D + u_out f_out + u_hint f_hint, with r_D of the step before.
  std::vector<double> target_currents(const StepSignals& signals) const {
    std::vector<double> F(as_size(neurons * streams));
    for (Index i = 0; i < neurons; ++i)
      for (Index b = 0; b < streams; ++b)
        F[at(i, b)] = recurrent(i, b, [this](Index j, Index s) { return std::tanh(x_D_[at(j, s)]); }) +
                      external(weights_.u_out, signals.target, i, b) + external(weights_.u_hint, signals.hint, i, b);
    return F;
  }

  /// x_D = s + (x_D - s) exp(-dt/tau) with s = F + u_in f_in. Idle streams keep their states.
  void advance(const std::vector<double>& F, const StepSignals& signals, const TrialStreams& phases) {
    for (Index b = 0; b < streams; ++b)
      for (Index i = 0; i < neurons && phases.phase(b) != StreamPhase::idle; ++i) {
        const double s = F[at(i, b)] + external(weights_.u_in, signals.input, i, b);
        x_D_[at(i, b)] = s + (x_D_[at(i, b)] - s) * std::exp(-options_.dt / options_.tau);
      }
  }

  static std::size_t at(Index i, Index b) { return as_size(i * streams + b); }

 private:
  NetworkOptions options_;
  Communicator self_;
  Layout layout_;
  Connectivity<T> weights_;
  std::vector<double> x_D_;
};

/// A drive, stepped as Simulation does it, and the naive network beside it.
template <Real T>
class Harness {
 public:
  Harness(const Communicator& comm, Rule rule, bool all_rates, Index in_degree = 0, const DriveTargets& targets = {})
      : layout(comm, neurons),
        naive(network_options(in_degree), task),
        connectivity(layout, network_options(in_degree), task, weight_seed),
        phases(task, schedule),
        signals(task, streams),
        inputs(layout, connectivity.u_in, signals),
        drive(make_drive<T>(rule, layout, network_options(in_degree), connectivity, signals, all_rates, targets)),
        recurrent(layout, streams) {
    drive->draw_state(state_seed, Purpose::target_state);
    layout.for_each_block([&](RowBlock block) {
      emit_network(block, -1);
      drive->emit_target(block);
    });
    drive->rates().exchange(true);
    multiply_ahead(true, Direction::forwards);
  }

  /// The part of a step in which F is in use.
  void begin(Index step, bool target_runs = true) {
    signals.read(phases);
    drive->begin_step();
    const std::vector<double> z = outputs(step - 1);
    layout.for_each_block([&](RowBlock block) {
      if (target_runs) drive->advance_target(block, phases, inputs);
      const MatrixView<const T> currents = drive->recurrent(block, z);
      for (Index i = 0; i < block.rows; ++i)
        for (Index b = 0; b < streams; ++b) recurrent(block.local + i, b) = currents(i, b);
      emit_network(block, step);
    });
    drive->rates().exchange(target_runs);
  }

  void end(Index step, bool target_runs = true) {
    multiply_ahead(target_runs, step % 2 == 0 ? Direction::backwards : Direction::forwards);
    phases.advance();
  }

  void expect_target_currents(const std::vector<double>& F) const {
    const StreamArray<T>& mine = *drive->targets().F;
    for (Index i = 0; i < layout.local_rows(); ++i)
      for (Index b = 0; b < streams; ++b)
        EXPECT_NEAR(mine(i, b), F[naive.at(layout.first_row() + i, b)], tolerance<T>)
            << "neuron " << layout.first_row() + i << ", stream " << b;
  }

  /// J_D r + u_out z, with r and z of the step before.
  void expect_currents_of_force(Index step) const {
    const auto r = [&](Index j, Index s) { return static_cast<double>(static_cast<T>(rate(step - 1, j, s))); };
    for (Index i = layout.first_row(); i < layout.first_row() + layout.local_rows(); ++i)
      for (Index b = 0; b < streams; ++b)
        EXPECT_NEAR(recurrent(i - layout.first_row(), b),
                    naive.recurrent(i, b, r) + naive.external(naive.weights().u_out, outputs(step - 1), i, b),
                    tolerance<T>)
            << "neuron " << i << ", stream " << b;
  }

  ToyTask task;
  Layout layout;
  NaiveNetwork<T> naive;
  Connectivity<T> connectivity;
  TrialStreams phases;
  StepSignals signals;
  InputCurrents<T> inputs;
  std::unique_ptr<Drive<T>> drive;
  StreamArray<T> recurrent;  ///< what recurrent() returned in this step

 private:
  void emit_network(RowBlock block, Index step) {
    const MatrixView<T> rates = drive->rates().network_block(block);
    for (Index i = 0; i < block.rows; ++i)
      for (Index b = 0; b < streams; ++b) rates(i, b) = static_cast<T>(rate(step, block.first + i, b));
  }

  void multiply_ahead(bool target_runs, Direction direction) {
    if (target_runs) drive->rates().wait_for_target();
    drive->multiply_ahead(target_runs, direction);
  }
};

template <class T>
class Drives : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(Drives, Scalars);

TYPED_TEST(Drives, MakeTheTargetCurrentsOfTheFormulas) {
  const Communicator comm = Communicator::world();
  for (const Rule rule : {Rule::full_force, Rule::force})
    for (const bool all_rates : {true, false})
      for (const Index in_degree : {0, 9}) {
        Harness<TypeParam> harness(comm, rule, all_rates, in_degree);
        for (Index step = 0; step < steps; ++step) {
          SCOPED_TRACE(testing::Message() << to_text(rule) << ", step " << step << ", in-degree " << in_degree
                                          << (all_rates ? "" : ", own rates suffice"));
          harness.begin(step);
          const std::vector<double> F = harness.naive.target_currents(harness.signals);
          harness.expect_target_currents(F);
          harness.naive.advance(F, harness.signals, harness.phases);
          harness.end(step);
        }
        EXPECT_TRUE(harness.phases.finished());
      }
}

TYPED_TEST(Drives, OfForceGivesItsOwnFeedbackWithAndWithoutTheTargetNetwork) {
  const Communicator comm = Communicator::world();
  for (const bool target_runs : {true, false})
    for (const Index in_degree : {0, 9}) {
      Harness<TypeParam> harness(comm, Rule::force, false, in_degree);
      for (Index step = 0; step < 6; ++step) {
        SCOPED_TRACE(testing::Message() << "step " << step << ", in-degree " << in_degree);
        harness.begin(step, target_runs);
        harness.expect_currents_of_force(step);
        harness.end(step, target_runs);
      }
    }
}

TYPED_TEST(Drives, OfFullForceGivesTheResponseOfTheNetworkItself) {
  const Communicator comm = Communicator::world();
  Harness<TypeParam> harness(comm, Rule::full_force, true);
  for (Index i = 0; i < harness.layout.local_rows(); ++i)
    for (Index b = 0; b < streams; ++b)
      harness.drive->response()(i, b) = static_cast<TypeParam>(rate(7, harness.layout.first_row() + i, b));
  harness.begin(0);
  for (Index i = 0; i < harness.layout.local_rows(); ++i)
    for (Index b = 0; b < streams; ++b)
      EXPECT_EQ(harness.recurrent(i, b), static_cast<TypeParam>(rate(7, harness.layout.first_row() + i, b)));
  harness.end(0);
}

TYPED_TEST(Drives, TeachOnlyTheStreamsInTeacherForcedTrials) {
  const Communicator comm = Communicator::world();
  for (const Rule rule : {Rule::full_force, Rule::force}) {
    Harness<TypeParam> harness(comm, rule, true);
    // The first stream runs a trial of its own when it is taught for the thirteenth time. The others began within the
    // trial of 12 steps and have not ended their init trials.
    for (Index step = 0; step < 13; ++step) {
      harness.begin(step);
      StreamArray<TypeParam>& response = harness.drive->response();
      for (Index i = 0; i < response.rows(); ++i)
        for (Index b = 0; b < streams; ++b) response(i, b) = TypeParam(77);
      harness.drive->teach(harness.phases);
      const StreamArray<TypeParam>& F = *harness.drive->targets().F;
      for (Index i = 0; i < response.rows(); ++i)
        for (Index b = 0; b < streams; ++b)
          EXPECT_EQ(response(i, b), b == 0 && step == 12 ? TypeParam(77) : F(i, b))
              << "stream " << b << ", step " << step;
      harness.end(step);
    }
  }
}

TYPED_TEST(Drives, TeachTheFirstNeuronsAloneIfNoOthersLearn) {
  const Communicator comm = Communicator::world();
  const Index first = neurons / 3;
  Harness<TypeParam> harness(comm, Rule::full_force, true, 0, {.first = first});
  EXPECT_FALSE(harness.drive->forces_all());
  harness.begin(0);
  StreamArray<TypeParam>& response = harness.drive->response();
  for (Index i = 0; i < response.rows(); ++i) response(i, 0) = TypeParam(77);
  harness.drive->teach(harness.phases);
  const TargetCurrents<TypeParam> targets = harness.drive->targets();
  for (Index i = 0; i < response.rows(); ++i) {
    const bool learns = harness.layout.first_row() + i < first;
    EXPECT_EQ(targets.learns(i), learns);
    EXPECT_EQ(response(i, 0), learns ? (*targets.F)(i, 0) : TypeParam(77));
    EXPECT_EQ(targets.error(i, 0, TypeParam(9)), learns ? TypeParam(9) - (*targets.F)(i, 0) : TypeParam(0));
  }
  harness.end(0);
  const DriveTargets all{.first = neurons};
  EXPECT_TRUE(all.are_of_all(neurons));
  EXPECT_TRUE(all.flags(harness.layout).empty());
}

TYPED_TEST(Drives, BoundTheLengthOfTheTargetCurrentsOnceAskedTo) {
  const Communicator comm = Communicator::world();
  Harness<TypeParam> harness(comm, Rule::full_force, true);
  harness.begin(0);
  EXPECT_EQ(harness.drive->targets().longest, 0.0) << "nobody has asked";
  harness.end(0);
  harness.drive->find_target_bound();
  harness.begin(1);
  const Connectivity<TypeParam>& weights = harness.naive.weights();
  const auto largest = [](const RowMatrix<TypeParam>& u, Index c) {
    double most = 0.0;
    for (Index i = 0; i < neurons; ++i) most = std::max(most, std::abs(static_cast<double>(u(i, c))));
    return most;
  };
  double row_sum = 0.0, element = 1.0;
  for (Index i = 0; i < neurons; ++i) {
    double sum = 0.0;
    for (Index j = 0; j < neurons; ++j) sum += std::abs(static_cast<double>(weights.J_D(i, j)));
    row_sum = std::max(row_sum, sum);
  }
  for (Index b = 0; b < streams; ++b) {
    double sum = row_sum + largest(weights.u_hint, 0) * std::abs(harness.signals.hint[as_size(b)]);
    for (Index c = 0; c < n_out; ++c)
      sum += largest(weights.u_out, c) * std::abs(harness.signals.target[as_size(c * streams + b)]);
    element = std::max(element, sum);
  }
  EXPECT_NEAR(harness.drive->targets().longest, element * std::sqrt(static_cast<double>(neurons)), 1e-9);
  harness.end(1);
}

TYPED_TEST(Drives, OnlyForceNeedsTheRatesOfAllRanksByItself) {
  const Communicator comm = Communicator::world();
  for (const Rule rule : {Rule::full_force, Rule::force})
    for (const bool all_rates : {true, false}) {
      const bool needed = all_rates || rule == Rule::force;
      Harness<TypeParam> harness(comm, rule, all_rates);
      EXPECT_EQ(harness.drive->rates().target_travels_apart(), !needed);
      // Without the target-generating network nothing travels unless the rates of all ranks are needed. One rank may
      // copy rates where several send them.
      const Index before = comm.calls();
      harness.begin(0, false);
      if (comm.size() > 1 || !needed) {
        EXPECT_EQ(comm.calls() - before, needed ? 1 : 0) << to_text(rule);
      }
    }
}

/// The shape counts the rank with the most rows. Each of a few arrays is rounded up to a whole cache line, which is far
/// less than an array of so many neurons takes.
TYPED_TEST(Drives, AllocateWhatTheirShapeSays) {
  using T = TypeParam;
  const Communicator comm = Communicator::world(Sharing::none);
  NetworkOptions options = network_options(9);
  options.neurons = 1500;
  const Layout layout(comm, options.neurons);
  const ToyTask task;
  const Connectivity<T> connectivity(layout, options, task, weight_seed);
  for (const Rule rule : {Rule::full_force, Rule::force})
    for (const bool all_rates : {true, false})
      for (const Index count : {1, 3, 16}) {
        const StepSignals signals(task, count);
        std::unique_ptr<Drive<T>> drive;
        const Index mine =
            array_bytes_of([&] { drive = make_drive<T>(rule, layout, options, connectivity, signals, all_rates); });
        const Index bytes =
            drive_shape(layout.partition(), options, learning_options<T>(rule), count, all_rates)->bytes();
        const Index largest = comm.max(std::int64_t{mine});
        SCOPED_TRACE(testing::Message() << to_text(rule) << ", " << count << " streams, all rates: " << all_rates);
        EXPECT_GE(largest, bytes);
        EXPECT_LT(largest, bytes + 16 * alignment_bytes);
      }
}

struct Expected {
  Rule rule;
  bool all_rates, target_runs;
  double networks_multiplied, networks_gathered;
};

TYPED_TEST(Drives, AccountForTheirProductsAndTheirGather) {
  const Communicator comm = Communicator::world();
  constexpr double N = neurons, B = streams;
  for (const Expected& expected :
       {Expected{Rule::full_force, true, true, 1.0, 2.0}, Expected{Rule::full_force, true, false, 0.0, 2.0},
        Expected{Rule::full_force, false, true, 1.0, 1.0}, Expected{Rule::full_force, false, false, 0.0, 0.0},
        Expected{Rule::force, false, true, 2.0, 2.0}, Expected{Rule::force, false, false, 1.0, 2.0}}) {
    const Harness<TypeParam> harness(comm, expected.rule, expected.all_rates);
    StepAccount account;
    harness.drive->account(expected.target_runs, account);
    SCOPED_TRACE(testing::Message() << to_text(expected.rule) << ", target runs: " << expected.target_runs);
    EXPECT_DOUBLE_EQ(account.work().operations, 2.0 * N * N * B * expected.networks_multiplied);
    EXPECT_DOUBLE_EQ(account.work().bytes, expected.networks_multiplied > 0.0 ? N * N * sizeof(TypeParam) : 0.0)
        << "both networks are multiplied in one sweep";
    double gathered = 0.0;
    for (const Message& message : account.messages()) gathered += message.times * message.bytes;
    const double sent = static_cast<double>(padded_vectors<TypeParam>(streams));
    EXPECT_DOUBLE_EQ(gathered, N * sent * sizeof(TypeParam) * expected.networks_gathered);
  }
}

/// Row i of W + L R^T, where the ranks share out the rows of all three.
std::vector<double> whole_row(const Layout& layout, const WeightMatrix& J, Index i) {
  std::vector<double> right(as_size(neurons * J.inner()));
  for (Index j = 0; j < J.right.rows(); ++j)
    std::copy_n(J.right.row(j), J.inner(), right.begin() + (layout.first_row() + j) * J.inner());
  RowGather(layout.comm(), layout.partition(), J.inner())(std::span<double>(right));
  std::vector<double> row(as_size(neurons));
  if (i >= layout.local_rows()) return row;
  if (J.has_W()) J.copy_W(i, row);
  for (Index j = 0; j < neurons; ++j)
    for (Index k = 0; k < J.inner(); ++k) row[as_size(j)] += J.left(i, k) * right[as_size(j * J.inner() + k)];
  return row;
}

/// The learned weights of a test: J_ij = i - 2 j, and w_oj = 0.1 (j + o).
EffectiveWeights learned_weights(const Layout& layout) {
  EffectiveWeights learned{{}, RowMatrix<double>(layout.local_rows(), n_out)};
  learned.recurrent.dense = RowMatrix<double>(layout.local_rows(), neurons);
  for (Index i = 0; i < layout.local_rows(); ++i) {
    const Index row = layout.first_row() + i;
    for (Index j = 0; j < neurons; ++j) learned.recurrent.dense(i, j) = static_cast<double>(row - 2 * j);
    for (Index o = 0; o < n_out; ++o) learned.readout(i, o) = 0.1 * static_cast<double>(row + o);
  }
  return learned;
}

TYPED_TEST(Drives, KnowTheWeightsOfTheNetworkThatRunsFreely) {
  const Communicator comm = Communicator::world();
  for (const Index in_degree : {0, 9}) {
    const Harness<TypeParam> harness(comm, Rule::force, true, in_degree);
    const Layout& layout = harness.layout;
    const WeightMatrix of_full_force =
        free_running_weights(Rule::full_force, harness.connectivity, learned_weights(layout));
    const WeightMatrix of_force = free_running_weights(Rule::force, harness.connectivity, learned_weights(layout));
    const std::vector<double> learned = whole_row(layout, of_full_force, 2), fixed = whole_row(layout, of_force, 2);
    const Index i = layout.first_row() + 2;
    for (Index j = 0; j < neurons && layout.local_rows() > 2; ++j) {
      EXPECT_EQ(learned[as_size(j)], static_cast<double>(i - 2 * j));
      double expected = static_cast<double>(harness.connectivity.J_D(2, j));
      for (Index o = 0; o < n_out; ++o)
        expected += static_cast<double>(harness.connectivity.u_out(2, o)) * 0.1 * static_cast<double>(j + o);
      EXPECT_NEAR(fixed[as_size(j)], expected, 1e-12) << "J_D + u_out w";
    }
  }
}

}  // namespace
}  // namespace fullforce
