#include "fullforce/linalg/gathered_vectors.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <optional>

#include "support/array_memory.hpp"
#include "support/soft_limit.hpp"

namespace fullforce {
namespace {

/// Exchange by messages, through memory that all ranks share, or through memory that pairs of ranks share.
std::vector<Communicator> all_ways() {
  std::vector<Communicator> ways;
  ways.push_back(Communicator::world(Sharing::none));
  ways.push_back(Communicator::world(Sharing::within_node));
  ways.push_back(Communicator::world(Sharing::none));
  ways.back().share_memory(2);
  return ways;
}

template <class T>
class GatheredVectorsOf : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(GatheredVectorsOf, Scalars);

template <Real T>
T value(Index group, Index row, Index vector) {
  return static_cast<T>(1000 * group + row) + static_cast<T>(0.01) * static_cast<T>(vector);
}

template <Real T>
void fill(GatheredVectors<T>& all, const Layout& layout, Index groups, Index vectors, T more = T(0)) {
  for (Index g = 0; g < groups; ++g)
    for (Index i = 0; i < layout.local_rows(); ++i)
      for (Index b = 0; b < vectors; ++b) all.mine(g, i)[b] = value<T>(g, layout.first_row() + i, b) + more;
}

/// Gathers at once, or in two parts.
template <Real T>
void gather(GatheredVectors<T>& all, bool in_parts) {
  if (!in_parts) return all.gather();
  all.start_gather();
  all.finish_gather();
}

TYPED_TEST(GatheredVectorsOf, AllRanksHaveAllRowsInTheOrderOfProducts) {
  using T = TypeParam;
  for (const Communicator& comm : all_ways())
    for (const Index rows : {11, 300, 2100})
      for (const Index groups : {1, 2})
        for (const Index vectors : {1, 2, 3, 16}) {
          const Layout layout(comm, rows);
          GatheredVectors<T> all(layout, groups, vectors);
          for (const T more : {T(0), T(1), T(2)}) {
            fill(all, layout, groups, vectors, more);
            gather(all, vectors == 3);
            EXPECT_TRUE(all.all_finite());
            for (Index g = 0; g < groups; ++g) {
              const VectorsView<const T> group = all.group(g);
              ASSERT_EQ(group.order, vector_order<T>(vectors));
              for (Index j = 0; j < rows; ++j)
                for (Index b = 0; b < vectors; ++b) {
                  ASSERT_EQ(group(b, j), value<T>(g, j, b) + more)
                      << groups << " groups of " << vectors << ", row " << j;
                  ASSERT_EQ(all.row(g, j)[b], value<T>(g, j, b) + more);
                }
            }
          }
        }
}

TYPED_TEST(GatheredVectorsOf, ColumnsAreContiguousWhateverTheirNumber) {
  using T = TypeParam;
  for (const Communicator& comm : all_ways()) {
    const Layout layout(comm, 300);
    GatheredVectors<T> all(layout, 1, 70, Gathering::columns);
    fill(all, layout, 1, 70);
    for (const Index wanted : {70, 33}) {
      all.gather(wanted);
      const VectorsView<const T> columns = all.group(0);
      ASSERT_EQ(columns.order, VectorOrder::by_vector);
      for (Index j = 0; j < 300; ++j)
        for (Index k = 0; k < wanted; ++k) ASSERT_EQ(columns(k, j), value<T>(0, j, k));
    }
  }
}

/// Each rank reads every eighth row, and rows of other ranks, or nodes, that nobody there reads are not sent.
TYPED_TEST(GatheredVectorsOf, AreSentToThoseWhoReadThem) {
  using T = TypeParam;
  for (const Communicator& comm : all_ways())
    for (const Index vectors : {1, 3, 16}) {
      const Layout layout(comm, 300);
      GatheredVectors<T> all(layout, 2, vectors);
      std::vector<std::uint8_t> reads(300, 0);
      for (Index j = static_cast<Index>(comm.rank()); j < 300; j += 8) reads[as_size(j)] = 1;
      all.read_only(reads);
      for (const T more : {T(0), T(1), T(2)}) {
        fill(all, layout, 2, vectors, more);
        gather(all, vectors == 3);
        EXPECT_TRUE(all.all_finite());
        Index others = 0;
        for (Index j = 0; j < 300; ++j) {
          const bool is_mine = j >= layout.first_row() && j < layout.first_row() + layout.local_rows();
          for (Index g = 0; g < 2; ++g)
            for (Index b = 0; b < vectors; ++b) {
              if (is_mine || reads[as_size(j)] != 0) {
                ASSERT_EQ(all.group(g)(b, j), value<T>(g, j, b) + more) << j;
                ASSERT_EQ(all.row(g, j)[b], value<T>(g, j, b) + more) << j;
              } else {
                others += std::isnan(all.row(g, j)[b]) && std::isnan(all.group(g)(b, j)) ? 1 : 0;
              }
            }
        }
        EXPECT_EQ(others > 0, all.needs_messages());
      }
      if (layout.local_rows() > 0) *all.mine(1, 0) = std::numeric_limits<T>::infinity();
      all.gather();
      EXPECT_FALSE(all.all_finite()) << "on all ranks, whoever reads that row";
    }
}

TYPED_TEST(GatheredVectorsOf, AreConvertedWithoutAMessage) {
  using T = TypeParam;
  for (const Communicator& comm : all_ways())
    for (const Index vectors : {1, 2, 16}) {
      const Layout layout(comm, 300);
      GatheredVectors<float> from(layout, 2, vectors);
      GatheredVectors<T> to(layout, 1, vectors);
      fill(from, layout, 2, vectors);
      from.gather();
      to.convert(from, 1);
      const Index before = comm.calls();
      to.convert(from, 1);
      EXPECT_EQ(comm.calls(), before);
      for (Index j = 0; j < 300; ++j)
        for (Index b = 0; b < vectors; ++b) ASSERT_EQ(to.group(0)(b, j), static_cast<T>(value<float>(1, j, b)));
      for (Index i = 0; i < layout.local_rows(); ++i)
        ASSERT_EQ(to.mine(0, i)[0], static_cast<T>(value<float>(1, layout.first_row() + i, 0)));
    }
}

/// A file of memory may not grow beyond this limit, so the first gather goes over to messages.
TYPED_TEST(GatheredVectorsOf, TravelByMessagesWhereMemoryCannotBeHad) {
  using T = TypeParam;
  const Communicator comm = Communicator::world();
  std::signal(SIGXFSZ, SIG_IGN);
  const Layout layout(comm, 300);
  GatheredVectors<T> all(layout, 2, 16);
  fill(all, layout, 2, 16);
  {
    const SoftLimit limit(RLIMIT_FSIZE, 4096);
    all.gather();
  }
  for (Index j = 0; j < 300; ++j) ASSERT_EQ(all.group(1)(5, j), value<T>(1, j, 5));
}

TYPED_TEST(GatheredVectorsOf, CopiesOfGroupsStayWhatTheyWere) {
  using T = TypeParam;
  const Communicator comm = Communicator::world();
  const Layout layout(comm, 40);
  GatheredVectors<T> all(layout, 2, 1);
  fill(all, layout, 2, 1);
  all.gather();
  if (layout.local_rows() == 0) return;
  const Index row = layout.first_row();
  all.mine(1, 0)[0] = T(-1);
  EXPECT_EQ(all.group(1)(0, row), comm.size() > 1 ? value<T>(1, row, 0) : T(-1));
}

TYPED_TEST(GatheredVectorsOf, OneThatIsNotFiniteIsFoundOnEveryRank) {
  using T = TypeParam;
  for (const Communicator& comm : all_ways()) {
    const Layout layout(comm, 50);
    for (const Index vectors : {1, 16}) {
      GatheredVectors<T> all(layout, 2, vectors);
      if (comm.is_root()) all.mine(1, 3)[0] = static_cast<T>(NAN);
      all.gather();
      EXPECT_FALSE(all.all_finite());
      if (comm.is_root()) all.mine(1, 3)[0] = T(0);
      all.gather();
      EXPECT_TRUE(all.all_finite());
    }
  }
}

/// Where ranks share memory, an equal share of two copies comes to what a rank has for itself.
TYPED_TEST(GatheredVectorsOf, TakeTheMemoryThatTheirShapeSays) {
  using T = TypeParam;
  for (const Communicator& comm : all_ways()) {
    const Layout layout(comm, 1500);
    for (const Index vectors : {1, 3, 16}) {
      std::optional<GatheredVectors<T>> all;
      const Index mine = array_bytes_of([&] {
        all.emplace(layout, 2, vectors);
        all->gather();
      });
      const auto shape = [&](const RowPartition& partition) {
        return typename GatheredVectors<T>::Shape{partition, 2, vectors}.bytes();
      };
      const Index alone = shape(RowPartition(1500, comm.size())), sharing = comm.sharing();
      const Index shared = sharing == 1 ? 0 : 2 * alone / sharing;
      const Index largest = comm.max(std::int64_t{mine});
      if (comm.team() != nullptr && sharing == 1) continue;  // a rank alone on its node has one copy
      EXPECT_LT(std::abs(largest + shared - shape(layout.partition())), 16 * alignment_bytes);
    }
  }
}

TYPED_TEST(GatheredVectorsOf, RowsKeptApartNeedNoOthers) {
  using T = TypeParam;
  const Communicator comm = Communicator::world();
  const Layout layout(comm, 50);
  GatheredVectors<T> apart(layout, 1, 2, Gathering::local);
  fill(apart, layout, 1, 2);
  const Index before = comm.calls();
  apart.gather();
  EXPECT_EQ(comm.calls(), before);
  for (Index i = 0; i < layout.local_rows(); ++i)
    EXPECT_EQ(apart.mine(0, i)[1], value<T>(0, layout.first_row() + i, 1));
}

}  // namespace
}  // namespace fullforce
