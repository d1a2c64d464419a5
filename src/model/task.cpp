#include "fullforce/model/task.hpp"

#include <cmath>

#include "delayed_comparison.hpp"
#include "file_task.hpp"
#include "fullforce/base/check.hpp"
#include "oscillation.hpp"
#include "ready_set_go.hpp"

namespace fullforce {
namespace {

/// Programs that keep dt in single precision write 0.001 as 0.0010000000474974513.
constexpr double single_precision = 0x1.0p-23;

std::unique_ptr<Task> make_file_task(const std::string& path, double dt, std::uint64_t seed) {
  TrialsData data = read_trials(path);
  require(std::abs(data.dt - dt) <= single_precision * dt,
          "{}: its dt = {} s, but network.dt = {} s (they must agree: make the trials anew, or set network.dt)", path,
          data.dt, dt);
  return std::make_unique<FileTask>(std::move(data), seed);
}

}  // namespace

std::unique_ptr<Task> make_task(const TaskOptions& options, double dt, std::uint64_t seed) {
  const bool pulses = options.name != "file";
  require(!pulses || dt <= 0.05, "network.dt = {} s is longer than the pulse of this task, 0.05 s (use a smaller one)",
          dt);
  require(!pulses || dt >= 1e-6, "network.dt = {} s (must be at least 1e-6: a trial would have millions of steps)", dt);
  if (options.name == "oscillation") {
    require(options.version == 1 || options.version == 2, "task.version = {} (must be 1 or 2)", options.version);
    return std::make_unique<Oscillation>(options.version, dt);
  }
  if (options.name == "ready-set-go") return std::make_unique<ReadySetGo>(options.hint, dt, seed);
  if (options.name == "delayed-comparison") return std::make_unique<DelayedComparison>(options.hint, dt, seed);
  if (options.name == "file") return make_file_task(options.file, dt, seed);
  throw InputError(fmt::format("task.name = \"{}\" is not a task (oscillation, ready-set-go, delayed-comparison, file)",
                               options.name));
}

}  // namespace fullforce
