#pragma once
#include <vector>

#include "fullforce/base/precision.hpp"
#include "fullforce/base/timer.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// The work of products: their floating-point operations, and the bytes of the big matrices that they move.
struct Work {
  double operations = 0.0;
  double bytes = 0.0;
  double double_operations = 0.0;  ///< those of the operations that are in double precision

  Work& operator+=(const Work& other);
};

/// A matrix that a step goes through, on average `times` times a step. It is read for a product with `vectors` vectors,
/// or it is read and written when `columns` columns of updates are applied to it. For a sparse matrix, `cols` is the
/// number of non-zeros in a row.
struct MatrixSweep {
  TimerRegion region = TimerRegion::products;
  double rows = 0.0;
  double cols = 0.0;
  double element_bytes = 0.0;
  double vectors = 0.0;
  double columns = 0.0;
  /// For a sparse matrix, the bytes of a vector that a core reads for each element besides the element itself.
  double indexed_bytes = 0.0;
  double times = 1.0;
  /// The precision of the elements, on which the speed of the operations depends.
  Precision precision = Precision::double_precision;

  double elements() const { return times * rows * cols; }
  /// Returns the bytes that a core moves for an element. An update reads and writes the element.
  double bytes_of_element() const { return (columns > 0.0 ? 2.0 : 1.0) * element_bytes + vectors * indexed_bytes; }
  /// Returns the work of all `times` sweeps. The bytes that a core reads because of an index (indexed_bytes) do not
  /// count.
  Work work() const;
};

/// A collective that a step calls, on average `times` times a step.
struct Message {
  enum class Kind { sum, gather } kind = Kind::sum;
  double bytes = 0.0;
  double times = 1.0;
};

/// The matrices that a step goes through and the messages that it sends. Each class that holds a matrix adds its own
/// sweeps and messages. A run adds up their work, and a forecast adds up their time. The memory is kept from step to
/// step, so that a step allocates nothing.
class StepAccount {
 public:
  StepAccount();

  void clear();
  void sweep(const MatrixSweep& sweep) { sweeps_.push_back(sweep); }
  void sum(double bytes, double times = 1.0) { messages_.push_back({Message::Kind::sum, bytes, times}); }
  void gather(double bytes, double times = 1.0) { messages_.push_back({Message::Kind::gather, bytes, times}); }

  /// Adds all entries of another account, `times` times a step.
  void add(const StepAccount& other, double times);

  const std::vector<MatrixSweep>& sweeps() const& { return sweeps_; }
  const std::vector<Message>& messages() const& { return messages_; }
  // A loop over what a temporary account has would outlive it.
  void sweeps() const&& = delete;
  void messages() const&& = delete;
  Work work() const;

 private:
  std::vector<MatrixSweep> sweeps_;
  std::vector<Message> messages_;
};

/// The part of a step that an account covers: that of one rank or that of all ranks.
struct Extent {
  double rows = 0.0;  ///< number of rows, out of the N rows of the neurons
  double rank_share =
      1.0;  ///< share of all rows that one rank has; it decides how much of a symmetric matrix a rank reads
};

/// Returns the extent of all ranks together.
inline Extent whole_extent(const Layout& layout) {
  return {static_cast<double>(layout.rows()), 1.0 / layout.comm().size()};
}

}  // namespace fullforce
