#pragma once
#include <cstdint>
#include <string>
#include <string_view>

/// A fuzz target is a program that gives any bytes to one of the readers. libFuzzer calls it with inputs of its own
/// making, and a replay calls it with those of the corpus.
namespace fullforce {

/// Gives one input to the reader. Each target defines this function. Returns the message with which the input was
/// refused, or an empty text. Ends the process where the reader does anything else that a user should not see.
std::string try_input(std::string_view input);

/// The same, where errors that are no refusals end the process, too.
std::string try_any_input(std::string_view input);

/// Says what is wrong and ends the process, which libFuzzer counts as a crash.
[[noreturn]] void report_wrong(std::string_view what, std::string_view message);

/// Returns the message with which an input was refused. Ends the process unless it names the file.
std::string refusal(std::string_view message, std::string_view file);

}  // namespace fullforce

/// The two functions that libFuzzer calls: once, and for each input.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
