#include "fullforce/parallel/mpi.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "fullforce/base/check.hpp"
#include "fullforce/base/memory_error.hpp"
#include "fullforce/parallel/launch.hpp"
#include "fullforce/parallel/node_team.hpp"
#include "mpi_types.hpp"

namespace fullforce {
namespace {

/// Leaves out that Open MPI looks for networks, which a process that is alone does not need. This took most of its
/// start. The helper process that Open MPI starts for such a process must stay: without it, processes that are started
/// side by side share a folder of temporary files, and the first to end removes those that the others need to open
/// files.
void start_alone() { ::setenv("OMPI_MCA_pml", "ob1", 0); }

}  // namespace

Environment::Environment(int* argc, char*** argv) {
  if (!has_launcher([](const char* name) { return std::getenv(name); })) start_alone();
  int provided = 0;
  MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
}

Environment::~Environment() { MPI_Finalize(); }

int granted_thread_level() {
  int granted = MPI_THREAD_SINGLE;
  MPI_Query_thread(&granted);
  return granted;
}

void require_thread_level(int granted, int threads) {
  require(threads == 1 || granted >= MPI_THREAD_FUNNELED,
          "{} threads on each rank, but this MPI library grants MPI_THREAD_SINGLE only (several threads need "
          "MPI_THREAD_FUNNELED): use --threads 1, or an MPI library with support for threads",
          threads);
}

std::string mpi_library() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(text, &length);
  std::string name(text, as_size(length));
  return name.substr(0, name.find(','));
}

Communicator Communicator::world(Sharing sharing) {
  MPI_Comm copy = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_WORLD, &copy);
  Communicator world(copy);
  if (sharing == Sharing::within_node) world.share_memory();
  return world;
}

Communicator Communicator::self() {
  MPI_Comm copy = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_SELF, &copy);
  return Communicator(copy);
}

Communicator::Communicator(MPI_Comm handle) : handle_(handle) {
  MPI_Comm_set_errhandler(handle_, MPI_ERRORS_RETURN);
  int rank = 0;
  MPI_Comm_rank(handle_, &rank);
  MPI_Comm_size(handle_, &size_);
  rank_ = static_cast<Rank>(rank);
}

Communicator::Communicator(Communicator&& other) noexcept
    : handle_(std::exchange(other.handle_, MPI_COMM_NULL)),
      rank_(other.rank_),
      size_(other.size_),
      team_(std::move(other.team_)),
      calls_(other.calls_) {}

Communicator& Communicator::operator=(Communicator&& other) noexcept {
  if (this == &other) return *this;
  free();
  handle_ = std::exchange(other.handle_, MPI_COMM_NULL);
  rank_ = other.rank_;
  size_ = other.size_;
  team_ = std::move(other.team_);
  calls_ = other.calls_;
  return *this;
}

Communicator::~Communicator() { free(); }

void Communicator::share_memory(int most) {
  FULLFORCE_EXPECT(!team_);
  const Index calls = calls_;
  team_ = NodeTeam::join(*this, most);
  calls_ = calls;
}

int Communicator::sharing() const { return team_ ? team_->node().size() : 1; }

void Communicator::free() {
  team_.reset();
  if (handle_ != MPI_COMM_NULL) MPI_Comm_free(&handle_);
}

Communicator Communicator::node() const {
  MPI_Comm shared = MPI_COMM_NULL;
  check(MPI_Comm_split_type(handle_, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &shared), "MPI_Comm_split_type");
  return Communicator(shared);
}

Communicator Communicator::split(int color) const {
  MPI_Comm part = MPI_COMM_NULL;
  check(MPI_Comm_split(handle_, color, static_cast<int>(rank_), &part), "MPI_Comm_split");
  return Communicator(part);
}

void Communicator::progress() const {
  int there = 0;
  expect_success(MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, handle_, &there, MPI_STATUS_IGNORE), "MPI_Iprobe");
}

void Communicator::check(int code, const char* call) const {
  ++calls_;
  expect_success(code, call);
}

void Communicator::expect_success(int code, const char* call) const {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, text, &length);
  abort(1, fmt::format("{} failed: {}", call, std::string(text, as_size(length))));
}

void Communicator::abort(int exit_code, const std::string& why) const {
  std::fprintf(stderr, "fullforce: rank %d of %d: %s\n", static_cast<int>(rank_), size_, why.c_str());
  std::fflush(stderr);
  MPI_Abort(handle_, exit_code);
  std::abort();
}

void Communicator::barrier() const { check(MPI_Barrier(handle_), "MPI_Barrier"); }

void Communicator::meet() const {
  if (team_ && team_->nodes() == 1) return team_->meet();
  expect_success(MPI_Barrier(handle_), "MPI_Barrier");
}

void Communicator::broadcast(std::span<double> values, Rank root) const {
  expect_same_length(values.size(), "MPI_Bcast");
  check(MPI_Bcast(values.data(), checked_count(static_cast<Index>(values.size())), MPI_DOUBLE, static_cast<int>(root),
                  handle_),
        "MPI_Bcast");
}

void Communicator::broadcast(std::span<std::int64_t> values, Rank root) const {
  expect_same_length(values.size(), "MPI_Bcast");
  check(MPI_Bcast(values.data(), checked_count(static_cast<Index>(values.size())), MPI_INT64_T, static_cast<int>(root),
                  handle_),
        "MPI_Bcast");
}

void Communicator::broadcast(std::string& text, Rank root) const {
  std::int64_t length = static_cast<std::int64_t>(text.size());
  broadcast(std::span(&length, 1), root);
  text.resize(as_size(length));
  check(MPI_Bcast(text.data(), checked_count(length), MPI_CHAR, static_cast<int>(root), handle_), "MPI_Bcast");
}

void Communicator::sum(std::span<std::int64_t> values) const {
  expect_same_length(values.size(), "MPI_Allreduce");
  if (team_) {
    count_call();
    return team_->sum(values);
  }
  check(MPI_Allreduce(MPI_IN_PLACE, values.data(), checked_count(static_cast<Index>(values.size())), MPI_INT64_T,
                      MPI_SUM, handle_),
        "MPI_Allreduce");
}

std::int64_t Communicator::sum(std::int64_t value) const {
  sum(std::span(&value, 1));
  return value;
}

double Communicator::max(double value) const {
  check(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MAX, handle_), "MPI_Allreduce");
  return value;
}

std::int64_t Communicator::max(std::int64_t value) const {
  check(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT64_T, MPI_MAX, handle_), "MPI_Allreduce");
  return value;
}

void Communicator::max(std::span<std::int64_t> values) const {
  const int count = checked_count(static_cast<Index>(values.size()));
  check(MPI_Allreduce(MPI_IN_PLACE, values.data(), count, MPI_INT64_T, MPI_MAX, handle_), "MPI_Allreduce");
}

std::int64_t Communicator::min(std::int64_t value) const { return -max(-value); }

std::vector<double> Communicator::all_gather(double value) const {
  std::vector<double> all(as_size(size_));
  check(MPI_Allgather(&value, 1, MPI_DOUBLE, all.data(), 1, MPI_DOUBLE, handle_), "MPI_Allgather");
  return all;
}

std::vector<std::int64_t> Communicator::all_gather(std::int64_t value) const {
  std::vector<std::int64_t> all(as_size(size_));
  check(MPI_Allgather(&value, 1, MPI_INT64_T, all.data(), 1, MPI_INT64_T, handle_), "MPI_Allgather");
  return all;
}

void Communicator::expect_same_length([[maybe_unused]] std::size_t length, [[maybe_unused]] const char* call) const {
#ifdef FULLFORCE_AUDIT
  std::int64_t range[2] = {static_cast<std::int64_t>(length), -static_cast<std::int64_t>(length)};
  MPI_Allreduce(MPI_IN_PLACE, range, 2, MPI_INT64_T, MPI_MAX, handle_);
  if (range[0] != -range[1]) abort(1, fmt::format("{}: lengths differ between ranks ({} here)", call, length));
#endif
}

RowGather::RowGather(const Communicator& comm, const RowPartition& partition, Index width) : comm_(&comm) {
  FULLFORCE_EXPECT(partition.ranks() == comm.size());
  for (int r = 0; r < comm.size(); ++r) {
    counts_.push_back(checked_count(partition.row_count(Rank{r}) * width));
    offsets_.push_back(checked_count(partition.first_row(Rank{r}) * width));
  }
}

RowGather::RowGather(const NodeTeam& team, const RowPartition& partition, Index width) : comm_(&team.leaders()) {
  const std::span<const int> first = team.first_ranks();
  for (std::size_t node = 0; node + 1 < first.size(); ++node) {
    const Index begin = partition.first_row(Rank{first[node]}), end = partition.first_row(Rank{first[node + 1]});
    counts_.push_back(checked_count((end - begin) * width));
    offsets_.push_back(checked_count(begin * width));
  }
}

RowGather::RowGather(RowGather&& other) noexcept
    : comm_(other.comm_),
      counts_(std::move(other.counts_)),
      offsets_(std::move(other.offsets_)),
      moving_(std::exchange(other.moving_, MPI_REQUEST_NULL)) {}

RowGather::~RowGather() { finish(); }

template <Real T>
void RowGather::operator()(std::span<T> all) const {
  const MPI_Datatype type = datatype_of<T>();
  comm_->check(
      MPI_Allgatherv(MPI_IN_PLACE, 0, type, all.data(), counts_.data(), offsets_.data(), type, comm_->handle()),
      "MPI_Allgatherv");
}

template <Real T>
void RowGather::start(std::span<T> all) {
  const MPI_Datatype type = datatype_of<T>();
  comm_->check(MPI_Iallgatherv(MPI_IN_PLACE, 0, type, all.data(), counts_.data(), offsets_.data(), type,
                               comm_->handle(), &moving_),
               "MPI_Iallgatherv");
}

void RowGather::finish() {
  if (moving_ != MPI_REQUEST_NULL) comm_->expect_success(MPI_Wait(&moving_, MPI_STATUS_IGNORE), "MPI_Wait");
}

template void RowGather::operator()(std::span<float>) const;
template void RowGather::operator()(std::span<double>) const;
template void RowGather::start(std::span<float>);
template void RowGather::start(std::span<double>);

void agree(const Communicator& comm, const std::function<void()>& work) {
  enum Outcome : std::int64_t { fine, input_error, damage_error, memory_error, run_error };
  std::int64_t outcome = fine;
  std::string text;
  try {
    work();
  } catch (const InputError& error) {
    outcome = input_error;
    text = error.what();
  } catch (const DamageError& error) {
    outcome = damage_error;
    text = error.what();
  } catch (const std::exception& error) {
    const bool out_of_memory = is_out_of_memory(error) || dynamic_cast<const MemoryError*>(&error);
    outcome = out_of_memory ? memory_error : run_error;
    text = text_of(error);
  }
  const std::int64_t first = comm.min(outcome == fine ? comm.size() : static_cast<std::int64_t>(comm.rank()));
  if (first == comm.size()) return;
  const Rank speaker = static_cast<Rank>(first);
  comm.broadcast(std::span(&outcome, 1), speaker);
  comm.broadcast(text, speaker);
  if (outcome == input_error) throw InputError(text);
  if (outcome == damage_error) throw DamageError(text);
  if (outcome == memory_error) throw MemoryError(text);
  throw RunError(text);
}

void expect_same_on_all_ranks([[maybe_unused]] const Communicator& comm, [[maybe_unused]] std::int64_t value,
                              [[maybe_unused]] const char* what) {
#ifdef FULLFORCE_AUDIT
  if (comm.min(value) != comm.max(value)) comm.abort(1, fmt::format("{} differs between ranks ({} here)", what, value));
#endif
}

}  // namespace fullforce
