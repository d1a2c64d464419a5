#include "fullforce/parallel/row_pick.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fullforce {
namespace {

constexpr Index rows = 23, width = 3;

std::vector<Index> first_rows_of(const Communicator& comm) {
  const RowPartition partition(rows, comm.size());
  std::vector<Index> first_rows;
  for (int r = 0; r <= comm.size(); ++r) first_rows.push_back(partition.first_row(Rank{r}));
  return first_rows;
}

TEST(RowPick, BringsTheRowsThatARankReadsAndNoOthers) {
  const Communicator comm = Communicator::world();
  const int me = static_cast<int>(comm.rank());
  const std::vector<Index> first_rows = first_rows_of(comm);
  std::vector<std::uint8_t> reads(rows);
  for (Index row = 0; row < rows; ++row) reads[as_size(row)] = (row + me) % 4 == 0 ? 1 : 0;
  RowPick<double> pick(comm, first_rows, reads, width);
  for (const double more : {0.0, 100.0}) {
    std::vector<double> all(as_size(rows * width), -1.0);
    const auto is_mine = [&](Index row) { return row >= first_rows[as_size(me)] && row < first_rows[as_size(me + 1)]; };
    for (Index k = 0; k < rows * width; ++k)
      if (is_mine(k / width)) all[as_size(k)] = static_cast<double>(k) + more;
    pick.start(all.data());
    pick.finish(all.data());
    for (Index k = 0; k < rows * width; ++k) {
      const bool is_there = is_mine(k / width) || reads[as_size(k / width)] != 0;
      EXPECT_EQ(all[as_size(k)], is_there ? static_cast<double>(k) + more : -1.0) << k;
    }
  }
}

TEST(RowPick, PaysIfRanksReadAtMostHalfOfWhatOthersHave) {
  const Communicator comm = Communicator::world();
  const std::vector<Index> first_rows = first_rows_of(comm);
  EXPECT_TRUE(RowPick<float>::pays(comm, first_rows, std::vector<std::uint8_t>(rows, 0), width));
  EXPECT_EQ(RowPick<float>::pays(comm, first_rows, std::vector<std::uint8_t>(rows, 1), width), comm.size() == 1);
  // MPI counts what a rank sends in 31 bits.
  EXPECT_EQ(RowPick<float>::pays(comm, first_rows, std::vector<std::uint8_t>(rows, 0), Index{1} << 31),
            comm.size() == 1);
}

}  // namespace
}  // namespace fullforce
