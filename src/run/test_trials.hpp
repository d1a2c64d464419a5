#pragma once
#include "fullforce/run/progress.hpp"
#include "fullforce/run/simulation.hpp"
#include "fullforce/run/train.hpp"

namespace fullforce {

/// From fresh states: init trials on every stream, then `plan.run.test_trials` dealt out and run freely with the given weights.
/// **Collective.**
template <Real T>
TestResult run_test_trials(const Layout& layout, const Task& task, const TestPlan& plan, const Connectivity<T>& connectivity, Rls<T>& rls,
                           Progress& progress);

}  // namespace fullforce
