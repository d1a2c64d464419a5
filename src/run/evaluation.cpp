#include "fullforce/run/evaluation.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "finite_json.hpp"
#include "free_trials.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/base/memory_error.hpp"
#include "fullforce/run/json_text.hpp"

namespace fullforce {
namespace {

template <Real T>
TestResult test_as(const Communicator& comm, const Task& task, const TestJob& job) {
  const bool learns = read_network_header(comm, job.network_file).has_pending;
  Session<T> session(comm, task, {job.network, job.learning, job.run.streams, job.network_seed, job.reset}, learns);
  try {
    session.load(job.network_file);
    session.flush();
  } catch (const MemoryError&) {
    throw;
  } catch (const RunError& error) {
    throw InputError(error.what());
  }
  Progress progress(comm.is_root(), false, {});
  return run_free_trials(session, job.run, job.network.noise, {job.record, job.observe}, progress,
                         [] { return false; });
}

}  // namespace

TestResult test(const Communicator& comm, const Task& task, const TestJob& job) {
  return with_scalar(job.learning.precision, [&](auto scalar) { return test_as<decltype(scalar)>(comm, task, job); });
}

std::string test_section(const TestResult& result, std::vector<std::string>& warnings) {
  nlohmann::ordered_json json = {{"trials", result.trials}, {"steps", result.steps}, {"seconds", result.seconds}};
  const char* const why = result.trials == 0 ? "test.error: there was no test trial"
                                             : "test.error: all targets of the test trials are zero";
  json["error"] = finite_or_null(result.error(), why, warnings);
  for (const Score& score : result.scores)
    json[score.name] = finite_or_null(score.value, fmt::format("test.{}: {}", score.name, score.reason), warnings);
  return json_text(json, -1);
}

std::string test_text(const TestResult& result) {
  if (result.trials == 0) return "no test trials (run.test_trials = 0)";
  std::string text = std::isfinite(result.error())
                         ? fmt::format("test error {:.4g} over {} trials", result.error(), result.trials)
                         : fmt::format("no test error: all targets of the {} trials are zero", result.trials);
  for (const Score& score : result.scores) text += fmt::format(", {} {:.4g}", score.name, score.value);
  return text;
}

}  // namespace fullforce
