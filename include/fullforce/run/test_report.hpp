#pragma once
#include <string>
#include <vector>

#include "fullforce/run/evaluation.hpp"

namespace fullforce {

/// The results of a test as JSON text, which MANUAL.md describes. A value that is not a finite number becomes null, and
/// `warnings` receives the reason.
std::string test_section(const TestResult& result, std::vector<std::string>& warnings);

/// The results of a test as one line for people.
std::string test_text(const TestResult& result);

/// The scores of outputs and conditions as a table for people, a line for each, where there is more than one. It is
/// empty otherwise.
std::string test_table(const TestScores& scores);

}  // namespace fullforce
