#pragma once
#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace fullforce {

/// The user's input (command line, configuration or file) is wrong. Every rank throws this error with the same text.
/// The program then ends with exit code 2. The text says what is wrong, where, why it matters, and what to do.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The run cannot go on, for example because it diverged or because a file cannot be written. Every rank throws this
/// error with the same text. The program then ends with exit code 1.
class RunError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file does not hold what was written into it. No other error says that a file is damaged.
class DamageError : public RunError {
 public:
  using RunError::RunError;
};

/// The text of an error as the user sees it. Of an allocation that failed it says which limit on memory is nearest, and
/// what to do.
std::string text_of(const std::exception& error);

/// Throws InputError unless `holds`. This check is on in every build. The condition must have the same value on every
/// rank.
template <class... Args>
void require(bool holds, fmt::format_string<Args...> text, Args&&... args) {
  if (!holds) throw InputError(fmt::format(text, std::forward<Args>(args)...));
}

namespace detail {
[[noreturn]] void fail_check(const char* kind, const char* expression, const char* file, int line);
}

}  // namespace fullforce

/// FULLFORCE_EXPECT checks preconditions and FULLFORCE_ENSURE checks postconditions of this program's own code. A
/// failure is a bug, so it aborts the program. Both checks are off in release builds.
#ifdef NDEBUG
#define FULLFORCE_EXPECT(condition) static_cast<void>(0)
#define FULLFORCE_ENSURE(condition) static_cast<void>(0)
#else
#define FULLFORCE_EXPECT(condition) \
  ((condition) ? static_cast<void>(0) : ::fullforce::detail::fail_check("precondition", #condition, __FILE__, __LINE__))
#define FULLFORCE_ENSURE(condition)   \
  ((condition) ? static_cast<void>(0) \
               : ::fullforce::detail::fail_check("postcondition", #condition, __FILE__, __LINE__))
#endif
