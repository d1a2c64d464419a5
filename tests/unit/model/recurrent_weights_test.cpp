#include "fullforce/model/recurrent_weights.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <vector>

namespace fullforce {
namespace {

/// The columns of the non-zeros of a row.
template <Real T>
std::vector<Index> inputs(const RecurrentWeights<T>& weights, Index neurons, Index row) {
  std::vector<Index> columns;
  for (Index j = 0; j < neurons; ++j)
    if (weights(row, j) != T(0)) columns.push_back(j);
  return columns;
}

double sum_over_ranks(const Communicator& comm, double own) {
  const std::vector<double> all = comm.all_gather(own);
  return std::accumulate(all.begin(), all.end(), 0.0);
}

NetworkOptions options(Index neurons, Index in_degree) {
  NetworkOptions o;
  o.neurons = neurons;
  o.in_degree = in_degree;
  return o;
}

class InDegree : public testing::TestWithParam<Index> {};

TEST_P(InDegree, IsExactAndNoNeuronIsItsOwnInput) {
  const Communicator comm = Communicator::world();
  const Index neurons = 50;
  const Layout layout(comm, neurons);
  const RecurrentWeights<double> weights(layout, options(neurons, GetParam()), 3);
  for (Index i = 0; i < layout.local_rows(); ++i) {
    const std::vector<Index> columns = inputs(weights, neurons, i);
    EXPECT_EQ(static_cast<Index>(columns.size()), GetParam()) << "distinct inputs of neuron " << layout.first_row() + i;
    EXPECT_EQ(weights(i, layout.first_row() + i), 0.0);
  }
}

INSTANTIATE_TEST_SUITE_P(All, InDegree, testing::Values(1, 2, 7, 25, 48, 49));

TEST(RecurrentWeights, SparseWeightsHaveTheMomentsOfTheirDistribution) {
  const Communicator comm = Communicator::world();
  const Index neurons = 2000, degree = 40;
  const Layout layout(comm, neurons);
  const RecurrentWeights<double> weights(layout, options(neurons, degree), 5);
  double sum = 0.0, squares = 0.0, columns = 0.0, column_squares = 0.0;
  for (Index i = 0; i < layout.local_rows(); ++i)
    for (const Index j : inputs(weights, neurons, i)) {
      sum += weights(i, j);
      squares += weights(i, j) * weights(i, j);
      const double place = (static_cast<double>(j) + 0.5) / static_cast<double>(neurons);
      columns += place;
      column_squares += place * place;
    }
  for (double* const own : {&sum, &squares, &columns, &column_squares}) *own = sum_over_ranks(comm, *own);
  const double count = static_cast<double>(neurons * degree);
  const double deviation = 1.5 / std::sqrt(static_cast<double>(degree));
  EXPECT_NEAR(sum / count, 0.0, 4.0 * deviation / std::sqrt(count));
  EXPECT_NEAR(squares / count / (deviation * deviation), 1.0, 4.0 * std::sqrt(2.0 / count));
  EXPECT_NEAR(columns / count, 0.5, 4.0 * std::sqrt(1.0 / 12.0 / count)) << "inputs are spread evenly";
  EXPECT_NEAR(column_squares / count, 1.0 / 3.0, 4.0 * std::sqrt(4.0 / 45.0 / count));
}

class UnderDalesLaw : public testing::TestWithParam<Index> {};

TEST_P(UnderDalesLaw, WeightsHaveTheSignOfTheirNeuronAndRowsASumOfZero) {
  const Communicator comm = Communicator::world();
  NetworkOptions network = options(500, GetParam());
  network.target_signs = Signs::dale;
  network.excitatory_fraction = 0.7;
  const Layout layout(comm, network.neurons);
  const RecurrentWeights<double> weights(layout, network, 5);
  double about_means = 0.0, all = 0.0;
  for (Index i = 0; i < layout.local_rows(); ++i) {
    double sum[2] = {}, squares[2] = {}, count[2] = {};
    for (Index j = 0; j < network.neurons; ++j) {
      const double weight = weights(i, j);
      const bool inhibits = j >= 350;
      EXPECT_GE(inhibits ? -weight : weight, 0.0);
      if (weight == 0.0) continue;
      sum[inhibits] += weight;
      squares[inhibits] += weight * weight;
      count[inhibits] += 1.0;
    }
    EXPECT_NEAR(sum[0] + sum[1], 0.0, 1e-12);
    for (const int c : {0, 1}) about_means += squares[c] - sum[c] * sum[c] / count[c];
    all += count[0] + count[1];
  }
  const double inputs = GetParam() > 0 ? static_cast<double>(GetParam()) : 500.0;
  EXPECT_NEAR(sum_over_ranks(comm, about_means) / sum_over_ranks(comm, all) * inputs / (1.5 * 1.5), 1.0, 0.1)
      << "the variance about the mean of a class";
}

INSTANTIATE_TEST_SUITE_P(All, UnderDalesLaw, testing::Values(0, 60));

TEST(RecurrentWeights, EveryPairOfInputsIsEquallyLikely) {
  const Communicator comm = Communicator::self();
  const Layout layout(comm, 6);
  std::map<std::vector<Index>, int> pairs;
  const int seeds = 6000;
  for (int seed = 0; seed < seeds; ++seed)
    ++pairs[inputs(RecurrentWeights<double>(layout, options(6, 2), static_cast<std::uint64_t>(seed)), 6, 3)];
  const double expected = seeds / 10.0;
  EXPECT_EQ(pairs.size(), 10u) << "of the five others";
  for (const auto& [pair, count] : pairs)
    EXPECT_NEAR(count, expected, 5.0 * std::sqrt(expected)) << pair[0] << " " << pair[1];
}

TEST(RecurrentWeights, OfAMillionNeuronsWithAHundredInputsTakeLessThanAGibibyte) {
  EXPECT_LT((RecurrentWeights<float>::Shape{RowPartition(1000000, 1), 100, 16}.bytes()), Index{1} << 30);
}

/// A plan knows how many rates ranks read before any weight is drawn.
TEST(RecurrentWeights, AsManyNeuronsAreReadAsTheShapeExpects) {
  constexpr Index neurons = 4000;
  const Communicator comm = Communicator::self();
  const Layout layout(comm, neurons);
  const RecurrentWeights<float> weights(layout, options(neurons, 10), 7);
  const auto expected = [](Index in_degree, int ranks, int sharing) {
    return RecurrentWeights<float>::Shape{RowPartition(neurons, ranks, sharing), in_degree, 1}.share_read();
  };
  for (const auto [ranks, sharing] : {std::pair{1, 1}, {5, 1}, {20, 1}, {20, 4}}) {
    std::set<Index> read;
    for (Index i = 0; i < RowPartition(neurons, ranks, sharing).rows_of_sharing(); ++i)
      for (Index j = 0; j < neurons; ++j)
        if (weights(i, j) != 0.0f) read.insert(j);
    const double share = static_cast<double>(read.size()) / neurons;
    EXPECT_NEAR(expected(10, ranks, sharing) / share, 1.0, 0.05) << ranks << " ranks, of which " << sharing << " share";
  }
  EXPECT_EQ(expected(0, 20, 1), 1.0) << "dense";
}

/// There are so many neurons that the rates of 64 streams are larger than the caches.
TEST(RecurrentWeights, ArrangedInRunsOfColumnsHaveTheSameLargestRowSum) {
  const Communicator comm = Communicator::self();
  const Index neurons = 90000;
  const Layout layout(comm, neurons);
  RecurrentWeights<float> weights(layout, options(neurons, 3), 7);
  const double before = weights.largest_row_sum();
  weights.arrange_for(layout, 64);
  ASSERT_GT(weights.runs(), 1);
  EXPECT_EQ(weights.largest_row_sum(), before);
}

TEST(RecurrentWeights, MultiplyIsTheProduct) {
  const Communicator comm = Communicator::world();
  const Index neurons = 90, streams = 3;
  const Layout layout(comm, neurons);
  const auto rate = [](Index j, Index b) { return std::sin(static_cast<double>(3 * j + b)); };
  GatheredVectors<double> rates(layout, 2, streams);
  for (Index i = 0; i < layout.local_rows(); ++i)
    for (Index b = 0; b < streams; ++b) rates.mine(1, i)[b] = rate(layout.first_row() + i, b);
  rates.gather();
  for (const Index degree : {0, 20}) {
    const RecurrentWeights<double> weights(layout, options(neurons, degree), 1);
    StreamArray<double> y(layout, streams);
    weights.multiply(layout, {{&rates, 1, &y}});
    for (Index i = 0; i < layout.local_rows(); ++i)
      for (Index b = 0; b < streams; ++b) {
        double sum = 0.0;
        for (Index j = 0; j < neurons; ++j) sum += weights(i, j) * rate(j, b);
        EXPECT_NEAR(y(i, b), sum, 1e-12);
      }
  }
}

}  // namespace
}  // namespace fullforce
