#pragma once
#include <functional>

#include "fullforce/run/evaluation.hpp"
#include "fullforce/run/progress.hpp"
#include "fullforce/run/session.hpp"

namespace fullforce {

/// What a test is to show besides its scores.
struct TestViews {
  bool record = false;
  std::function<void(const StepView&)> observe;  ///< see TestJob
};

/// From fresh states: init trials on every stream, then `run.test_trials` dealt out and run freely with the session's
/// weights. `stop_asked` is called after every step, by all ranks, and ends the test early. **Collective.**
template <Real T>
TestResult run_free_trials(Session<T>& session, const RunOptions& run, double noise, const TestViews& views,
                           Progress& progress, const std::function<bool()>& stop_asked);

}  // namespace fullforce
