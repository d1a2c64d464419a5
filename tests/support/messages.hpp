#pragma once
#include <gtest/gtest.h>

#include <exception>
#include <string>

namespace fullforce {

/// Whether a message contains some words. If it does not, the test that failed shows the message.
inline testing::AssertionResult says(const std::string& message, const std::string& words) {
  if (message.find(words) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << '"' << message << "\" does not say \"" << words << '"';
}

/// Returns the text of the E that `work` threw, and otherwise "nothing was thrown" or "another kind: ...". It never
/// throws itself, so all ranks go on together.
template <class E, class Work>
std::string message_of(const Work& work) {
  try {
    work();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& error) {
    return std::string("another kind: ") + error.what();
  }
  return "nothing was thrown";
}

}  // namespace fullforce
