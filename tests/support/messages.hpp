#pragma once
#include <gtest/gtest.h>

#include <exception>
#include <string>

namespace fullforce {

/// Whether a message contains some words; if not, the test that failed shows it.
inline testing::AssertionResult says(const std::string& message, const std::string& words) {
  if (message.find(words) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << '"' << message << "\" does not say \"" << words << '"';
}

/// What `work` threw as an E, as text; "nothing was thrown" or "another kind: ..." otherwise. Never leaves by an
/// exception, so all ranks go on together.
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
