#pragma once
#include <functional>

#include "fullforce/run/evaluation.hpp"
#include "fullforce/run/progress.hpp"
#include "fullforce/run/session.hpp"

namespace fullforce {

/// What a test shows in addition to its scores.
struct TestViews {
  const RecordingJob* recording = nullptr;
  std::function<void(const StepView&)> observe;  ///< as in TestJob
  LearnedTrials learned_from{};                  ///< as in TestJob
};

/// Runs a test from fresh states. Every stream runs its init trials. Then `run.test_trials` trials are dealt out to the
/// streams, and the network runs on its own outputs with the weights of the session. All ranks call `stop_asked` after
/// every step; if it returns true, the test ends early. **Collective.**
template <Real T>
TestResult run_free_trials(Session<T>& session, const RunOptions& run, double noise, const TestViews& views,
                           Progress& progress, const std::function<bool()>& stop_asked);

}  // namespace fullforce
