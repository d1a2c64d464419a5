#include "fullforce/parallel/row_pick.hpp"

#include <algorithm>

#include "fullforce/parallel/threads.hpp"
#include "mpi_types.hpp"

namespace fullforce {
namespace {

/// The rows of other ranks that this one reads, in ascending order, and how many of them each rank owns.
struct Wanted {
  std::vector<std::int64_t> rows;
  std::vector<std::int64_t> of_ranks;
};

Wanted wanted(const Communicator& comm, std::span<const Index> first_rows, std::span<const std::uint8_t> reads) {
  Wanted wanted{{}, std::vector<std::int64_t>(as_size(comm.size()))};
  for (int r = 0; r < comm.size(); ++r) {
    if (Rank{r} == comm.rank()) continue;
    const std::size_t before = wanted.rows.size();
    for (Index row = first_rows[as_size(r)]; row < first_rows[as_size(r + 1)]; ++row)
      if (reads[as_size(row)] != 0) wanted.rows.push_back(row);
    wanted.of_ranks[as_size(r)] = static_cast<std::int64_t>(wanted.rows.size() - before);
  }
  return wanted;
}

}  // namespace

template <Real T>
bool RowPick<T>::can_be_sent(Index most_rows, Index others, Index width) {
  return most_rows * others * width <= std::numeric_limits<int>::max();
}

template <Real T>
bool RowPick<T>::pays(const Communicator& comm, std::span<const Index> first_rows, std::span<const std::uint8_t> reads,
                      Index width) {
  const auto picked = static_cast<std::int64_t>(wanted(comm, first_rows, reads).rows.size());
  const Index others = comm.size() - 1;
  Index most_rows = 0;
  for (std::size_t r = 0; r + 1 < first_rows.size(); ++r)
    most_rows = std::max(most_rows, first_rows[r + 1] - first_rows[r]);
  const double most_picked = most_share * static_cast<double>(others * first_rows.back());
  return static_cast<double>(comm.sum(picked)) <= most_picked && can_be_sent(most_rows, others, width);
}

template <Real T>
std::unique_ptr<RowPick<T>> RowPick<T>::if_it_pays(const Communicator& comm, std::span<const Index> first_rows,
                                                   std::span<const std::uint8_t> reads, Index width) {
  if (!pays(comm, first_rows, reads, width)) return nullptr;
  return std::make_unique<RowPick>(comm, first_rows, reads, width);
}

template <Real T>
void RowPick<T>::arrange(Side& side, std::span<const std::int64_t> rows_of_ranks, Index width) {
  Index rows = 0;
  for (const std::int64_t count : rows_of_ranks) {
    side.counts.push_back(checked_count(count * width));
    side.offsets.push_back(checked_count(rows * width));
    rows += count;
  }
  side.rows.resize(as_size(rows));
  side.values = AlignedArray<T>(rows * width);
}

template <Real T>
RowPick<T>::RowPick(const Communicator& comm, std::span<const Index> first_rows, std::span<const std::uint8_t> reads,
                    Index width)
    : comm_(&comm), width_(width) {
  const Wanted own = wanted(comm, first_rows, reads);
  std::vector<std::int64_t> asked(own.of_ranks.size());
  comm.check(MPI_Alltoall(own.of_ranks.data(), 1, MPI_INT64_T, asked.data(), 1, MPI_INT64_T, comm.handle()),
             "MPI_Alltoall");
  // The numbers of the rows travel as one column first.
  Side names_in, names_out;
  arrange(names_in, own.of_ranks, 1);
  arrange(names_out, asked, 1);
  arrange(in_, own.of_ranks, width);
  arrange(out_, asked, width);
  in_.rows = own.rows;
  comm.check(
      MPI_Alltoallv(in_.rows.data(), names_in.counts.data(), names_in.offsets.data(), MPI_INT64_T, out_.rows.data(),
                    names_out.counts.data(), names_out.offsets.data(), MPI_INT64_T, comm.handle()),
      "MPI_Alltoallv");
}

template <Real T>
RowPick<T>::~RowPick() {
  if (moving_ != MPI_REQUEST_NULL) comm_->expect_success(MPI_Wait(&moving_, MPI_STATUS_IGNORE), "MPI_Wait");
}

template <Real T>
void RowPick<T>::start(T* all) {
  for_each_in_parallel(static_cast<Index>(out_.rows.size()), [&](Index k) {
    std::copy_n(all + out_.rows[as_size(k)] * width_, width_, out_.values.data() + k * width_);
  });
  const MPI_Datatype type = datatype_of<T>();
  comm_->check(MPI_Ialltoallv(out_.values.data(), out_.counts.data(), out_.offsets.data(), type, in_.values.data(),
                              in_.counts.data(), in_.offsets.data(), type, comm_->handle(), &moving_),
               "MPI_Ialltoallv");
}

template <Real T>
void RowPick<T>::finish(T* all) {
  if (moving_ == MPI_REQUEST_NULL) return;
  comm_->expect_success(MPI_Wait(&moving_, MPI_STATUS_IGNORE), "MPI_Wait");
  for_each_in_parallel(static_cast<Index>(in_.rows.size()), [&](Index k) {
    std::copy_n(in_.values.data() + k * width_, width_, all + in_.rows[as_size(k)] * width_);
  });
}

template class RowPick<float>;
template class RowPick<double>;

}  // namespace fullforce
