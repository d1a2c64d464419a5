#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>

#include "fullforce/learning/group_rls.hpp"
#include "fullforce/learning/shared_gain_rls.hpp"
#include "fullforce/run/session.hpp"
#include "support/array_memory.hpp"
#include "support/temporary_folder.hpp"

namespace fullforce {
namespace {

/// So many that matrices outweigh what a shape leaves out, and so few that no array asks for large pages.
constexpr Index neurons = 500;
constexpr Index max_rank = 64;
constexpr Index panel = 64;
constexpr Index sparse_inputs = 200;

struct Case {
  std::string name;
  Rule rule = Rule::full_force;
  FeatureKind features = FeatureKind::dense;
  Precision precision = Precision::single_precision;
  Index target_modes = 0;
  Index in_degree = 0;
  Index streams = 1;
  Reset reset = Reset::none;
  TargetSource target = TargetSource::generator;
  Index group = 1;
  Index static_in_degree = 0;
  double plastic_fraction = 1.0;

  /// The columns of a panel, which of sparse features is the same in the groups and in the readout.
  Index panel_columns() const { return features == FeatureKind::sparse ? sparse_inputs / 16 : panel; }

  SessionOptions options() const {
    SessionOptions o;
    o.network.neurons = neurons;
    o.network.in_degree = in_degree;
    o.network.static_in_degree = static_in_degree;
    o.learning.group = group;
    o.learning.plastic_fraction = plastic_fraction;
    o.learning.plastic_in_degree = o.learning.readout_inputs = sparse_inputs;
    o.learning.rule = rule;
    o.learning.features = features;
    o.learning.precision = precision;
    o.learning.target_modes = target_modes;
    o.learning.max_rank = max_rank;
    o.learning.rank_tolerance = 0.0;
    o.learning.update_probability = 1.0;
    o.learning.panel = panel;
    o.streams = streams;
    o.reset = reset;
    o.target = target;
    return o;
  }
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
std::string name_of(const testing::TestParamInfo<Case>& tested) { return tested.param.name; }

/// A session that has run for long enough to have allocated what it ever will, and the shape of such sessions.
template <Real T>
struct Run {
  Run(const Communicator& comm, const Case& c)
      : task(make_task(TaskOptions{}, 0.05, 1)),  // with trials of 40 steps
        shape(RowPartition(neurons, comm.size()), thread_count(), c.options(), task->channels()) {
    const Index mine = array_bytes_of([&] {
      session.emplace(comm, *task, c.options(), true);
      session->start_training({c.streams, 1, 100, TrialKind::init, TrialKind::training}, 1);
      // A panel has been applied, the basis is full, and the next panel is about half full.
      while (session->simulation().samples() < 2 * panel || std::abs(pending() - c.panel_columns() / 2) > 2)
        session->simulation().step();
    });
    bytes = comm.max(std::int64_t{mine});
  }

  Index pending() const {
    const Plasticity<T>& plasticity = session->plasticity();
    if (const auto* shared = dynamic_cast<const SharedGainRls<T>*>(&plasticity)) return shared->pending();
    if (const auto* groups = dynamic_cast<const GroupRls<T>*>(&plasticity)) return groups->pending();
    return dynamic_cast<const GroupRls<T, double>&>(plasticity).pending();
  }

  /// The size of a file that the session writes. **Collective.**
  double file_bytes(const std::filesystem::path& path, bool with_target) {
    session->save(path, {"", "{}"}, with_target);
    return static_cast<double>(std::filesystem::file_size(path));
  }

  std::unique_ptr<Task> task;
  SessionShape shape;
  std::optional<Session<T>> session;
  Index bytes = 0;  ///< of the arrays on the rank that has most
};

/// Calls test(run) in the precision of the case.
template <class Test>
void with_run(const Communicator& comm, const Case& c, const Test& test) {
  with_scalar(c.precision, [&](auto scalar) {
    Run<decltype(scalar)> run(comm, c);
    test(run);
  });
}

class SessionShapes : public testing::TestWithParam<Case> {};

/// The first rank has most groups that learn, and another one may have more rows. A shape counts both. Of rows, those
/// of J_D and W take most.
Index of_other_rows(const Communicator& comm, const Case& c) {
  if (c.features != FeatureKind::sparse || c.plastic_fraction == 1.0) return 0;
  const RowPartition partition(neurons, comm.size());
  const Index rows = partition.largest_row_count() - partition.row_count(Rank{0});
  return rows * (row_stride<float>(neurons) + row_stride<float>(sparse_inputs)) * static_cast<Index>(sizeof(float));
}

/// A shape leaves out small arrays: the weights of the signals, scratch memory, and copies of a panel of coordinates.
/// On one rank, a matrix of [N, panel] takes more than the difference that is allowed here.
TEST_P(SessionShapes, CountTheBytesThatASessionAllocates) {
  const Communicator comm = Communicator::world(Sharing::none);
  // The eigensolver that finds target modes copies the moments. It has memory of its own, which is not seen here.
  const Index of_eigensolver =
      GetParam().target_modes > 0 ? max_rank * row_stride<double>(max_rank) * static_cast<Index>(sizeof(double)) : 0;
  with_run(comm, GetParam(), [&](const auto& run) {
    if (GetParam().features == FeatureKind::low_rank) {
      EXPECT_EQ(run.session->plasticity().features(), max_rank) << "the basis is full";
    }
    EXPECT_GE(run.bytes + of_eigensolver + of_other_rows(comm, GetParam()), run.shape.bytes());
    EXPECT_LT(run.bytes + of_eigensolver, run.shape.bytes() + 64'000);
  });
}

TEST_P(SessionShapes, CountTheBytesThatATestAllocates) {
  const Communicator comm = Communicator::world(Sharing::none);
  const Case& c = GetParam();
  const std::unique_ptr<Task> task = make_task(TaskOptions{}, 0.05, 1);
  const SessionShape shape(RowPartition(neurons, comm.size()), thread_count(), c.options(), task->channels());
  with_scalar(c.precision, [&](auto scalar) {
    const Index mine = array_bytes_of([&] {
      Session<decltype(scalar)> session(comm, *task, c.options(), false);
      session.start_test({c.streams, 1, 1, TrialKind::test_init, TrialKind::test}, 1, 0.0);
      for (int step = 0; step < 50; ++step) session.simulation().step();
    });
    const Index bytes = comm.max(std::int64_t{mine});
    EXPECT_GE(bytes, shape.bytes(false));
    EXPECT_LT(bytes, shape.bytes(false) + 64'000);
  });
  EXPECT_LT(shape.bytes(false), shape.bytes());
}

/// Besides arrays a file has its structure, whose size hardly depends on what is in it.
TEST_P(SessionShapes, CountTheBytesOfFiles) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  const bool is_sparse = GetParam().in_degree > 0;
  with_run(comm, GetParam(), [&](auto& run) {
    const double checkpoint = run.file_bytes(folder / "checkpoint-1.h5", !is_sparse);
    run.session->flush();
    const double network = run.file_bytes(folder / "network.h5", true);
    EXPECT_GT(network, run.shape.file_bytes(false, true));
    EXPECT_LT(network, run.shape.file_bytes(false, true) + 100e3);
    EXPECT_NEAR(checkpoint - network, run.shape.file_bytes(true, !is_sparse) - run.shape.file_bytes(false, true), 20e3)
        << "the pending updates, less sparse J_D";
  });
}

constexpr FeatureKind low_rank = FeatureKind::low_rank;
constexpr FeatureKind sparse = FeatureKind::sparse;
constexpr Precision in_double_precision = Precision::double_precision;

INSTANTIATE_TEST_SUITE_P(
    All, SessionShapes,
    testing::Values(Case{.name = "dense"}, Case{.name = "dense_in_double", .precision = in_double_precision},
                    Case{.name = "dense_in_mixed", .precision = Precision::mixed},
                    Case{.name = "dense_sparse_J_D", .in_degree = 50}, Case{.name = "dense_streams", .streams = 16},
                    Case{.name = "force", .rule = Rule::force}, Case{.name = "low_rank", .features = low_rank},
                    Case{.name = "low_rank_in_double", .features = low_rank, .precision = in_double_precision},
                    Case{.name = "low_rank_streams", .features = low_rank, .in_degree = 50, .streams = 5},
                    Case{.name = "low_rank_force", .rule = Rule::force, .features = low_rank, .in_degree = 50},
                    Case{.name = "modes", .target_modes = 20},
                    Case{.name = "fixed", .streams = 5, .reset = Reset::fixed},
                    Case{.name = "rates", .streams = 5, .target = TargetSource::rates},
                    Case{.name = "low_rank_modes", .features = low_rank, .target_modes = 20},
                    Case{.name = "plastic", .plastic_fraction = 0.3},
                    Case{.name = "sparse", .features = sparse, .group = 60},
                    Case{.name = "sparse_plastic", .features = sparse, .group = 60, .plastic_fraction = 0.3},
                    Case{.name = "sparse_static",
                         .features = sparse,
                         .precision = in_double_precision,
                         .streams = 5,
                         .group = 250,
                         .static_in_degree = 40},
                    Case{.name = "sparse_mixed", .features = sparse, .precision = Precision::mixed, .group = 250},
                    Case{.name = "sparse_force", .rule = Rule::force, .features = sparse}),
    name_of);

}  // namespace
}  // namespace fullforce
