#pragma once
#include <functional>

#include "fullforce/run/progress.hpp"
#include "fullforce/run/simulation.hpp"
#include "fullforce/run/train.hpp"

namespace fullforce {

/// From fresh states: init trials on every stream, then `plan.run.test_trials` dealt out and run freely with the given
/// weights. `stop_asked` is called after every step, by all ranks, and ends the test early.
/// **Collective.**
template <Real T>
TestResult run_test_trials(const Layout& layout, const Task& task, const TestJob& plan,
                           const Connectivity<T>& connectivity, Rls<T>& rls, Progress& progress,
                           const std::function<bool()>& stop_asked);

}  // namespace fullforce
