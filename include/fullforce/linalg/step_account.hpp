#pragma once
#include <vector>

#include "fullforce/base/timer.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// Floating-point operations, and bytes of the big matrices, that products amount to.
struct Work {
  double operations = 0.0;
  double bytes = 0.0;
};

/// A matrix that a step goes through, on the mean `times` a step: read for a product with `vectors` vectors, or read
/// and written when `columns` columns of updates are applied to it. Of a sparse matrix `cols` is the number of
/// non-zeros in a row.
struct MatrixSweep {
  TimerRegion region = TimerRegion::products;
  double rows = 0.0;
  double cols = 0.0;
  double element_bytes = 0.0;
  double vectors = 0.0;
  double columns = 0.0;
  /// A sparse matrix: bytes of a vector that each element makes a core read besides itself.
  double indexed_bytes = 0.0;
  double times = 1.0;

  double elements() const { return times * rows * cols; }
  /// Bytes that an element makes a core move: an update reads and writes it.
  double bytes_of_element() const { return (columns > 0.0 ? 2.0 : 1.0) * element_bytes + vectors * indexed_bytes; }
  /// Over all `times`; what an index makes a core read does not count.
  Work work() const;
};

/// A collective of a step, on the mean `times` a step.
struct Message {
  enum class Kind { sum, gather } kind = Kind::sum;
  double bytes = 0.0;
  double times = 1.0;
};

/// What a step goes through and what it sends. Each class that holds a matrix adds its own sweeps and messages; a run
/// adds up their work, and a forecast their time. Memory is kept from step to step, so that a step allocates nothing.
class StepAccount {
 public:
  StepAccount();

  void clear();
  void sweep(const MatrixSweep& sweep) { sweeps_.push_back(sweep); }
  void sum(double bytes, double times = 1.0) { messages_.push_back({Message::Kind::sum, bytes, times}); }
  void gather(double bytes, double times = 1.0) { messages_.push_back({Message::Kind::gather, bytes, times}); }

  /// Adds what another account has, so many times a step.
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

/// Whose part of a step an account is of.
struct Extent {
  double rows = 0.0;        ///< of the N rows of the neurons
  double rank_share = 1.0;  ///< of all rows, those of one rank: it decides how much of a symmetric matrix a rank reads
};

/// All ranks together.
inline Extent whole_extent(const Layout& layout) {
  return {static_cast<double>(layout.rows()), 1.0 / layout.comm().size()};
}

}  // namespace fullforce
