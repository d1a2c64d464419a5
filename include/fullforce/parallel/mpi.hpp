#pragma once
#include <mpi.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fullforce/base/types.hpp"
#include "fullforce/parallel/row_partition.hpp"

namespace fullforce {

/// Initialises MPI in its constructor and ends it in its destructor. A process has one, in main. The constructor asks
/// for the thread level that several threads need. Whether MPI granted it is checked once the number of threads is
/// known (see require_thread_level()).
class Environment {
 public:
  Environment(int* argc, char*** argv);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
};

/// Returns the thread level that MPI granted to this process: MPI_THREAD_SINGLE, FUNNELED, SERIALIZED or MULTIPLE.
int granted_thread_level();

/// Throws InputError unless the granted thread level is enough for `threads` threads. Only the main thread calls MPI.
/// Several threads therefore need MPI_THREAD_FUNNELED; for a single thread every level is enough.
void require_thread_level(int granted, int threads);

/// Returns the name and version of the MPI library in one line.
std::string mpi_library();

class NodeTeam;
template <Real T>
class RowPick;

/// Whether the ranks of a node share memory, or each of them has everything for itself.
enum class Sharing { within_node, none };

/// A communicator, and the only class that calls MPI. It owns a duplicate, so that messages of other libraries cannot
/// meet those of this program. MPI returns error codes, and this class checks them. If a call fails, the class prints
/// what failed and where, then aborts the whole job, so that no other rank waits for ever. Every rank must call all
/// members marked Collective in the same order.
class Communicator {
 public:
  /// Returns a duplicate of MPI_COMM_WORLD. With Sharing::within_node it calls share_memory(). **Collective.**
  static Communicator world(Sharing sharing = Sharing::within_node);

  /// Returns a communicator of this rank alone. It serves data of which every rank holds the whole.
  static Communicator self();

  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;
  ~Communicator();

  Rank rank() const { return rank_; }
  int size() const { return size_; }
  bool is_root() const { return rank_ == Rank{0}; }

  /// Returns a communicator of the ranks that share this rank's memory (one node). **Collective.**
  Communicator node() const;

  /// Returns a communicator of the ranks that give the same `color`, in the same order. **Collective.**
  Communicator split(int color) const;

  /// From now on the ranks of a node exchange through shared memory, where they can (see NodeTeam::join()). At most
  /// `most` of them share it; 0 stands for all. It may be called once, before layouts use this communicator.
  /// **Collective.**
  void share_memory(int most = 0);

  /// The ranks of this rank's node, if the ranks of this communicator exchange through shared memory; otherwise null.
  NodeTeam* team() const { return team_.get(); }
  /// The number of ranks of this rank's node that exchange through shared memory; 1 if there is no team.
  int sharing() const;

  /// Lets messages that are on their way get on. It waits for nothing, and any rank may call it at any time.
  void progress() const;

  /// Counts a collective that went through shared memory.
  void count_call() const { ++calls_; }

  /// Waits for all ranks. **Collective.**
  void barrier() const;

  /// Waits for all ranks, for a measurement of time. It is not counted as a collective of the program. **Collective.**
  void meet() const;

  /// Copies the values of `root` to all ranks. **Collective.**
  void broadcast(std::span<double> values, Rank root = Rank{0}) const;
  void broadcast(std::span<std::int64_t> values, Rank root = Rank{0}) const;
  void broadcast(std::string& text, Rank root = Rank{0}) const;

  /// Adds the values of all ranks element by element, in place. Only integers are allowed, because their sum does not
  /// depend on the order. **Collective.**
  void sum(std::span<std::int64_t> values) const;
  std::int64_t sum(std::int64_t value) const;

  /// Returns the largest or smallest value over all ranks. **Collective.**
  double max(double value) const;
  std::int64_t max(std::int64_t value) const;
  std::int64_t min(std::int64_t value) const;

  /// Replaces each element by its largest value over all ranks, in place. **Collective.**
  void max(std::span<std::int64_t> values) const;

  /// Returns one value of each rank, in rank order, on every rank. **Collective.**
  std::vector<double> all_gather(double value) const;
  std::vector<std::int64_t> all_gather(std::int64_t value) const;

  /// Ends the job on every rank after it has written a line to standard error.
  [[noreturn]] void abort(int exit_code, const std::string& why) const;

  /// Returns the number of collectives called so far through this object.
  Index calls() const { return calls_; }

  /// Returns the native communicator. Only one call outside this library needs it: the call that opens an HDF5 file.
  MPI_Comm handle() const { return handle_; }

 private:
  friend class RowGather;
  template <Real T>
  friend class RowPick;
  explicit Communicator(MPI_Comm handle);
  void check(int code, const char* call) const;  ///< also counts the call as a collective
  void expect_success(int code, const char* call) const;
  void expect_same_length(std::size_t length, const char* call) const;
  void free();

  MPI_Comm handle_ = MPI_COMM_NULL;
  Rank rank_{0};
  int size_ = 1;
  std::shared_ptr<NodeTeam> team_;
  mutable Index calls_ = 0;
};

/// Completes a matrix of which each rank has its own rows. The matrix `all` is [rows, width], row-major. Before the
/// call it holds this rank's rows in their place; afterwards it holds the rows of all ranks. The counts for MPI are
/// computed once, so that a call allocates nothing.
class RowGather {
 public:
  RowGather(const Communicator& comm, const RowPartition& partition, Index width);

  /// Does the same between the leaders of `team`, each of which has the rows of its node. Only leaders may call it, and
  /// only where there are several nodes.
  RowGather(const NodeTeam& team, const RowPartition& partition, Index width);
  RowGather(RowGather&& other) noexcept;
  ~RowGather();

  /// Gathers the rows, which moves rows * width scalars. **Collective.**
  template <Real T>
  void operator()(std::span<T> all) const;

  /// Starts a gather that proceeds while other work is done. Until finish(), the caller may read only this rank's rows
  /// of `all` and must not write to it. finish() does nothing if no gather was started. Only one gather may be under
  /// way at a time. **Collective.**
  template <Real T>
  void start(std::span<T> all);
  void finish();

 private:
  const Communicator* comm_;
  std::vector<int> counts_;
  std::vector<int> offsets_;
  MPI_Request moving_ = MPI_REQUEST_NULL;
};

/// Runs `work` on every rank. If it throws on any rank, every rank throws the error of the lowest such rank. An
/// InputError stays an InputError, a DamageError a DamageError, an allocation that failed becomes a MemoryError, and
/// every other error becomes a RunError. What may fail on one rank only is called through this function.
/// **Collective.**
void agree(const Communicator& comm, const std::function<void()>& work);

/// Aborts the job if the value differs between ranks. It costs nothing in builds without FULLFORCE_AUDIT.
/// **Collective.**
void expect_same_on_all_ranks(const Communicator& comm, std::int64_t value, const char* what);

}  // namespace fullforce
