#pragma once
#include <mpi.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "fullforce/base/types.hpp"
#include "fullforce/parallel/row_partition.hpp"

namespace fullforce {

/// MPI from its initialisation to its end; one per process, in main. Asks for the thread level that several threads
/// need; whether MPI granted it is looked at when the number of threads is known (require_thread_level).
class Environment {
 public:
  Environment(int* argc, char*** argv);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
};

/// The thread level that MPI granted to this process: MPI_THREAD_SINGLE, FUNNELED, SERIALIZED or MULTIPLE.
int granted_thread_level();

/// Throws InputError unless the granted thread level is enough for so many threads. The main thread alone calls MPI, so
/// that several threads need MPI_THREAD_FUNNELED; for a single thread every level will do.
void require_thread_level(int granted, int threads);

/// The name and version of the MPI library, one line.
std::string mpi_library();

/// A communicator of our own (a duplicate, so that no other library's messages can meet ours), and the only place that
/// calls MPI. MPI's error codes are returned and looked at here: a failing call prints what and where, then aborts the
/// whole job, so that no other rank waits for ever. All members marked Collective must be called by every rank in the
/// same order.
class Communicator {
 public:
  /// A duplicate of MPI_COMM_WORLD. **Collective.**
  static Communicator world();

  /// This rank alone: for what every rank holds whole.
  static Communicator self();

  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;
  ~Communicator();

  Rank rank() const { return rank_; }
  int size() const { return size_; }
  bool is_root() const { return rank_ == Rank{0}; }

  /// The ranks that share this rank's memory (one node). **Collective.**
  Communicator node() const;

  /// Waits for all ranks. **Collective.**
  void barrier() const;

  /// Gives `root`'s values to all. **Collective.**
  void broadcast(std::span<double> values, Rank root = Rank{0}) const;
  void broadcast(std::span<std::int64_t> values, Rank root = Rank{0}) const;
  void broadcast(std::string& text, Rank root = Rank{0}) const;

  /// Adds element by element, in place. Integers only: their sum does not depend on the order. **Collective.**
  void sum(std::span<std::int64_t> values) const;
  std::int64_t sum(std::int64_t value) const;

  /// The largest / smallest over all ranks. **Collective.**
  double max(double value) const;
  std::int64_t max(std::int64_t value) const;
  std::int64_t min(std::int64_t value) const;

  /// Element by element, in place. **Collective.**
  void max(std::span<std::int64_t> values) const;

  /// One value of each rank, in rank order, on every rank. **Collective.**
  std::vector<double> all_gather(double value) const;
  std::vector<std::int64_t> all_gather(std::int64_t value) const;

  /// Ends the job on every rank, after a line on standard error.
  [[noreturn]] void abort(int exit_code, const std::string& why) const;

  /// Number of collectives called so far through this object.
  Index calls() const { return calls_; }

  /// For the one call outside this floor that needs it: opening an HDF5 file.
  MPI_Comm handle() const { return handle_; }

 private:
  friend class RowGather;
  explicit Communicator(MPI_Comm handle);
  void check(int code, const char* call) const;  ///< counts a collective
  void expect_success(int code, const char* call) const;
  void expect_same_length(std::size_t length, const char* call) const;
  void free();

  MPI_Comm handle_ = MPI_COMM_NULL;
  Rank rank_{0};
  int size_ = 1;
  mutable Index calls_ = 0;
};

/// Completes a matrix of which each rank has its own rows: all [rows, width], row-major, holds this rank's rows in
/// their place before and those of all ranks after. Counts are worked out once, so that a call allocates nothing.
class RowGather {
 public:
  RowGather(const Communicator& comm, const RowPartition& partition, Index width);
  RowGather(RowGather&& other) noexcept;
  ~RowGather();

  /// Moves rows * width scalars. **Collective.**
  template <Real T>
  void operator()(std::span<T> all) const;

  /// Lets them move while other work is done: until finish(), which does nothing if nothing moves, `all` may be read
  /// in this rank's rows only, and not be written. One gather at a time. **Collective.**
  template <Real T>
  void start(std::span<T> all);
  void finish();

 private:
  const Communicator* comm_;
  std::vector<int> counts_;
  std::vector<int> offsets_;
  MPI_Request moving_ = MPI_REQUEST_NULL;
};

/// Runs `work` on every rank. If it throws on any, every rank throws what the lowest such rank threw (an InputError
/// stays one, anything else becomes a RunError). The way to call what may fail on one rank only. **Collective.**
void agree(const Communicator& comm, const std::function<void()>& work);

/// Aborts the job if the value differs between ranks; free in builds without FULLFORCE_AUDIT. **Collective.**
void expect_same_on_all_ranks(const Communicator& comm, std::int64_t value, const char* what);

}  // namespace fullforce
