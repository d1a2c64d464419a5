#include "fullforce/analysis/analysis_memory.hpp"

#include <gtest/gtest.h>

#include "fullforce/analysis/activity.hpp"
#include "fullforce/analysis/fixed_points.hpp"
#include "fullforce/analysis/lyapunov.hpp"
#include "support/array_memory.hpp"

namespace fullforce {
namespace {

constexpr Index neurons = 200;

struct AnalysisMemory : testing::Test {
  Communicator comm = Communicator::world(Sharing::none);
  Layout layout{comm, neurons};
  NetworkOptions network;
  LearningOptions learning;

  AnalysisShape shape() {
    network.neurons = neurons;
    return AnalysisShape(layout.partition(), network, learning, layout.threads());
  }

  /// The bytes of the arrays that `work` makes on the rank with the most rows.
  template <class Work>
  Index bytes_of(const Work& work) const {
    return comm.max(std::int64_t{array_bytes_of(work)});
  }
};

TEST_F(AnalysisMemory, CountsTheSamplesOfTheRates) {
  for (const Index steps : {1, 30, 999}) {
    EXPECT_EQ(shape().activity(steps), bytes_of([&] { ActivitySamples(layout, steps, 0.001); })) << steps;
  }
}

TEST_F(AnalysisMemory, CountsTheVectorsOfLyapunovExponents) {
  WeightMatrix weights;
  weights.dense = RowMatrix<double>(layout.local_rows(), neurons);
  for (const Index k : {1, 10}) {
    const Index bytes = bytes_of([&] {
      for (int i = 0; i < 2; ++i) {
        RateTangents(layout, weights, k, 0.1);
        LyapunovSpectrum(layout, k, 0.001, 10);
      }
    });
    EXPECT_GE(bytes, shape().exponents(k));
    EXPECT_LT(bytes, shape().exponents(k) + 64'000) << k;
  }
}

TEST_F(AnalysisMemory, CountsTheStatesOfTheSearchForFixedPoints) {
  WeightMatrix weights;
  weights.dense = RowMatrix<double>(layout.local_rows(), neurons);
  if (layout.local_rows() > 0) weights.dense(0, 0) = 1.0;
  for (const Index starts : {1, 12}) {
    EXPECT_EQ(shape().start_states(starts), bytes_of([&] { StartStates(layout, 100, starts, 1); })) << starts;
    const Index field = bytes_of([&] {
      NetworkField made(layout, weights, Nonlinearity::tanh, std::vector<double>(as_size(layout.local_rows())));
      made.resize(starts);
      StreamArray<double> x(layout, starts), y(layout, starts);
      made.multiply_transposed(x, y);
    });
    const Index x_and_y = 2 * shape().start_states(starts);
    const Index counted = NetworkField::bytes(layout.partition(), starts, layout.threads());
    EXPECT_GE(field, counted + x_and_y) << starts;
    EXPECT_LT(field, counted + x_and_y + 64'000) << starts;
    EXPECT_GT(shape().fixed_points(starts), counted + minimisation_bytes(layout.partition(), starts)) << starts;
  }
}

TEST_F(AnalysisMemory, CountsWeightsAsTheyAreStored) {
  const Index dense = bytes_of([&] { RowMatrix<double>(layout.local_rows(), neurons); });
  EXPECT_EQ(shape().weights(), 2 * dense);
  learning.rule = Rule::force;
  EXPECT_EQ(shape().weights(), 2 * dense) << "J is J_D, to which u_out w is added";
  network.in_degree = 5;
  EXPECT_LT(shape().weights(), dense);
  learning.rule = Rule::full_force;
  const Index sparse = shape().weights() - dense;
  EXPECT_GT(sparse, 0);
  learning.target_modes = 10;
  const Index factor = bytes_of([&] { RowMatrix<double>(layout.local_rows(), 10); });
  EXPECT_EQ(shape().weights(), sparse + 2 * factor);
  learning.target_modes = 0;
  learning.features = FeatureKind::low_rank;
  learning.max_rank = 10;
  EXPECT_EQ(shape().weights(), sparse + 2 * factor);
}

TEST_F(AnalysisMemory, CountsTheElementsOfSparseWeights) {
  network.in_degree = 5;
  learning.rule = Rule::force;
  learning.features = FeatureKind::sparse;
  learning.plastic_in_degree = 7;
  network.static_in_degree = 3;
  const Index target = shape().weights() / 2;
  const auto expect_elements = [&](Index degree) {
    const Index made = bytes_of([&] { SparseRows<double>(layout.local_rows(), degree); });
    const Index counted = shape().weights() - target;
    EXPECT_LE(counted, made);
    EXPECT_GT(counted, made - 256) << "arrays are padded to whole cache lines";
  };
  learning.rule = Rule::full_force;
  expect_elements(7 + 2 * 3);  // J_0 is copied on its way
  network.static_in_degree = 0;
  expect_elements(7);
}

TEST_F(AnalysisMemory, CountsWhatTheRootSolves) {
  EXPECT_GE(shape().eigenvalues(), 4 * neurons * neurons * 8);
  learning.features = FeatureKind::low_rank;
  learning.max_rank = 10;
  EXPECT_GE(shape().eigenvalues(), 4 * neurons * neurons * 8) << "those of J_D";
  EXPECT_GT(shape().components(100), shape().components(10));
}

}  // namespace
}  // namespace fullforce
