#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// Brings rows of a matrix [rows, width], row-major, to the ranks that read them, and no others. Each rank has its own
/// rows. It is to be preferred to RowGather where ranks read few rows of each other.
template <Real T>
class RowPick {
 public:
  /// Rank r of `comm` owns the rows from first_rows[r] to first_rows[r + 1]; `first_rows` has a number more than there
  /// are ranks. `reads` [rows] says with 1 which rows this rank reads. The cost is one message of a number to each
  /// rank, and one of the numbers of the rows that are read. **Collective.**
  RowPick(const Communicator& comm, std::span<const Index> first_rows, std::span<const std::uint8_t> reads,
          Index width);
  ~RowPick();
  RowPick(const RowPick&) = delete;
  RowPick& operator=(const RowPick&) = delete;

  /// A pick pays if ranks read at most this share of each other's rows.
  static constexpr double most_share = 0.5;

  /// Whether MPI can count what a rank with `most_rows` rows may have to send to `others` ranks.
  static bool can_be_sent(Index most_rows, Index others, Index width);

  /// Whether ranks read at most `most_share` of each other's rows, and the rows can be sent. Every rank returns the
  /// same. **Collective.**
  static bool pays(const Communicator& comm, std::span<const Index> first_rows, std::span<const std::uint8_t> reads,
                   Index width);

  /// A pick where it pays, and nothing elsewhere. **Collective.**
  static std::unique_ptr<RowPick> if_it_pays(const Communicator& comm, std::span<const Index> first_rows,
                                             std::span<const std::uint8_t> reads, Index width);

  /// Returns the memory of a pick on a rank that receives `rows` rows and sends as many.
  static Index bytes(Index rows, Index width) {
    return 2 * rows * (width * static_cast<Index>(sizeof(T)) + static_cast<Index>(sizeof(std::int64_t)));
  }

  /// Starts to bring the rows to `all`, which has this rank's rows in their place. They arrive by finish(). In between,
  /// the caller may do other work, and must not change its rows. **Collective.**
  void start(T* all);
  /// Does nothing if nothing was started.
  void finish(T* all);

 private:
  /// Rows, and how many of them each rank sends or receives.
  struct Side {
    std::vector<std::int64_t> rows;
    std::vector<int> counts;   ///< in numbers
    std::vector<int> offsets;  ///< in numbers
    AlignedArray<T> values;    ///< [rows, width]
  };
  static void arrange(Side& side, std::span<const std::int64_t> rows_of_ranks, Index width);

  const Communicator* comm_;
  Index width_;
  Side in_;
  Side out_;
  MPI_Request moving_ = MPI_REQUEST_NULL;
};

}  // namespace fullforce
