#include "fullforce/run/evaluation.hpp"

#include "free_trials.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/base/memory_error.hpp"

namespace fullforce {
namespace {

template <Real T>
TestResult test_as(const Communicator& comm, const Task& task, const TestJob& job) {
  const bool learns = read_network_header(comm, job.network_file).has_pending;
  Session<T> session(comm, task, {job.network, job.learning, job.run.streams, job.network_seed, job.reset, job.target},
                     learns);
  try {
    session.load(job.network_file);
    session.flush();
  } catch (const MemoryError&) {
    throw;
  } catch (const RunError& error) {
    throw InputError(error.what());
  }
  Progress progress(comm.is_root(), false, {});
  const TestViews views{job.recording ? &*job.recording : nullptr, job.observe, job.learned_from};
  return run_free_trials(session, job.run, job.network.noise, views, progress, [] { return false; });
}

}  // namespace

TestResult test(const Communicator& comm, const Task& task, const TestJob& job) {
  return with_scalar(job.learning.precision, [&](auto scalar) { return test_as<decltype(scalar)>(comm, task, job); });
}

}  // namespace fullforce
