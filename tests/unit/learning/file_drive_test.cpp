#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "fullforce/learning/drive.hpp"

namespace fullforce {
namespace {

constexpr Index neurons = 50;

/// Trials of four steps with targets of some neurons: the value of column c in step k of trial n is n + k / 10 + c /
/// 100.
class TargetsTask : public Task {
 public:
  explicit TargetsTask(std::vector<Index> listed) : listed_(std::move(listed)) {}

  Index inputs() const override { return 1; }
  Index outputs() const override { return 1; }
  Index hints() const override { return 0; }
  bool fixed() const override { return false; }
  NeuronTargets neuron_targets() const override { return {listed_, {}}; }
  void make(TrialId id, Trial& trial) const override {
    trial.length = 4;
    trial.inputs.assign(4, 0.5);
    trial.targets.assign(4, 1.0);
    trial.neuron_targets.clear();
    for (Index k = 0; k < trial.length; ++k)
      for (std::size_t c = 0; c < listed_.size(); ++c) trial.neuron_targets.push_back(value(id, k, c));
  }
  TrialView view(TrialId id, Trial& scratch) const override {
    make(id, scratch);
    return {scratch.length, scratch.inputs, scratch.targets, scratch.hints, scratch.masks, scratch.neuron_targets};
  }
  static double value(TrialId id, Index k, std::size_t c) {
    return static_cast<double>(id.number) + 0.1 * static_cast<double>(k) + 0.01 * static_cast<double>(c);
  }

 private:
  std::vector<Index> listed_;
};

NetworkOptions options() {
  NetworkOptions network;
  network.neurons = neurons;
  return network;
}

template <Real T>
struct Harness {
  Harness(TargetSource source, std::vector<Index> listed)
      : task(listed),
        streams(task, {2, 1, 2}),
        signals(task, 2),
        connectivity(layout, options(), task, 1, Reset::none, source),
        inputs(layout, connectivity.u_in, signals),
        drive(make_drive<T>(Rule::full_force, layout, options(), connectivity, signals, true, {source, listed})) {}

  /// Reads the targets of the coming step.
  TargetCurrents<T> step() {
    signals.read(streams);
    drive->begin_step();
    layout.for_each_block([&](RowBlock block) {
      drive->advance_target(block, streams, inputs);
      const MatrixView<T> rates = drive->rates().network_block(block);
      for (Index i = 0; i < block.rows; ++i)
        for (Index b = 0; b < 2; ++b) rates.data[i * rates.stride + b] = static_cast<T>(0.25);
    });
    drive->rates().exchange(true);
    return drive->targets();
  }

  Communicator comm = Communicator::world();
  Layout layout{comm, neurons};
  TargetsTask task;
  TrialStreams streams;
  StepSignals signals;
  Connectivity<T> connectivity;
  InputCurrents<T> inputs;
  std::unique_ptr<Drive<T>> drive;
};

template <class T>
class FileDrives : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(FileDrives, Scalars);

const std::vector<Index> some = {31, 4, 17};

std::vector<Index> all() {
  std::vector<Index> list;
  for (Index i = 0; i < neurons; ++i) list.push_back(i);
  return list;
}

TYPED_TEST(FileDrives, GiveErrorsToNeuronsThatHaveTargets) {
  for (const TargetSource source : {TargetSource::currents, TargetSource::rates}) {
    Harness<TypeParam> harness(source, some);
    harness.step();
    harness.streams.advance();
    const TargetCurrents<TypeParam> targets = harness.step();
    const double made = source == TargetSource::rates ? 0.25 : 3.0;
    for (Index i = 0; i < harness.layout.local_rows(); ++i) {
      const auto at = std::find(some.begin(), some.end(), harness.layout.first_row() + i);
      EXPECT_EQ(targets.learns(i), at != some.end());
      for (Index b = 0; b < 2; ++b) {
        const double wanted =
            TargetsTask::value(harness.streams.trial_id(b), 1, static_cast<std::size_t>(at - some.begin()));
        EXPECT_NEAR(static_cast<double>(targets.error(i, b, TypeParam(3))), at == some.end() ? 0.0 : made - wanted,
                    1e-6);
      }
    }
  }
}

TYPED_TEST(FileDrives, ForceCurrentsUponTheNeuronsThatHaveThem) {
  for (const TargetSource source : {TargetSource::currents, TargetSource::rates}) {
    Harness<TypeParam> harness(source, some);
    EXPECT_FALSE(harness.drive->forces_all());
    harness.step();
    StreamArray<TypeParam>& response = harness.drive->response();
    for (Index i = 0; i < response.rows(); ++i) response(i, 0) = response(i, 1) = TypeParam(7);
    harness.drive->teach(harness.streams);
    for (Index i = 0; i < response.rows(); ++i) {
      const auto at = std::find(some.begin(), some.end(), harness.layout.first_row() + i);
      const bool forced = source == TargetSource::currents && at != some.end();
      const double wanted =
          TargetsTask::value(harness.streams.trial_id(1), 0, static_cast<std::size_t>(at - some.begin()));
      EXPECT_NEAR(static_cast<double>(response(i, 1)), forced ? wanted : 7.0, 1e-6) << i;
    }
  }
  EXPECT_TRUE(Harness<TypeParam>(TargetSource::currents, all()).drive->forces_all());
  EXPECT_FALSE(Harness<TypeParam>(TargetSource::rates, all()).drive->forces_all());
}

TYPED_TEST(FileDrives, BoundTheLengthOfCurrents) {
  Harness<TypeParam> harness(TargetSource::currents, all());
  EXPECT_EQ(harness.step().longest, 0.0);
  harness.drive->find_target_bound();
  double squares = 0.0;
  for (std::size_t c = 0; c < static_cast<std::size_t>(neurons); ++c)
    squares += std::pow(TargetsTask::value(harness.streams.trial_id(1), 0, c), 2);
  EXPECT_GE(harness.step().longest, std::sqrt(squares));
  EXPECT_LT(harness.step().longest, 1.00001 * std::sqrt(squares));
}

TYPED_TEST(FileDrives, HaveNoSecondNetwork) {
  Harness<TypeParam> harness(TargetSource::rates, some);
  EXPECT_FALSE(harness.drive->rates().has_target());
  EXPECT_FALSE(harness.connectivity.J_D.is_there());
  LearningOptions learning;
  learning.precision = std::is_same_v<TypeParam, float> ? Precision::single_precision : Precision::double_precision;
  const RowPartition partition = harness.layout.partition();
  const auto shape = drive_shape(partition, options(), learning, 2, true, TargetSource::rates);
  EXPECT_FALSE(shape->forces_all());
  EXPECT_TRUE(drive_shape(partition, options(), learning, 2, true, TargetSource::currents)->forces_all());
  const auto generated = drive_shape(partition, options(), learning, 2, true);
  EXPECT_LT(shape->bytes(), generated->bytes());
  StepAccount own, both;
  shape->account(true, whole_extent(harness.layout), own);
  generated->account(true, whole_extent(harness.layout), both);
  EXPECT_EQ(own.sweeps().size(), 0u) << "there is no product with J_D";
  EXPECT_GT(both.sweeps().size(), 0u);
}

}  // namespace
}  // namespace fullforce
