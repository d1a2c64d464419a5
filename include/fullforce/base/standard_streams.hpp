#pragma once
#include <string>
#include <string_view>

/// Text on standard output and standard error, which may be closed, full, or a pipe that nobody reads. Nothing here
/// throws. Texts are not buffered.
namespace fullforce {

/// Makes sure that a file that is opened later does not become standard output or standard error because these are
/// closed. What is written to a stream that was closed still fails. Must be called first of all.
void reserve_standard_streams();

/// Writes all of a text to a file descriptor. Returns why it could not be written; the result is empty if it could.
std::string write_to(int descriptor, std::string_view text);

/// Writes progress or a remark to standard output. A text that cannot be written is lost.
void say(std::string_view text);

/// Writes a warning or an error to standard error. A text that cannot be written is lost.
void complain(std::string_view text);

}  // namespace fullforce
