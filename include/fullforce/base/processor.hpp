#pragma once
#include <cstddef>

namespace fullforce {

/// Ends the program with one sentence and exit code 1 if the processor lacks an instruction set that the program was
/// built for. It runs by itself before anything else of the program, and is called in main() so that it is linked. It
/// does nothing on processors other than x86.
///
/// The names in the variable FULLFORCE_HIDE_INSTRUCTION_SETS, separated by spaces, count as lacking. Tests use it. It
/// can only end the program and never changes a result.
void end_unless_processor_fits() noexcept;

/// Writes the names of what is needed and neither available nor free of mention in `hidden` into `text`, separated by
/// spaces, as far as `size` bytes hold them with a zero byte at the end. Returns how many there are.
int list_missing(const char* const* names, const bool* needed, const bool* available, int count, const char* hidden,
                 char* text, std::size_t size) noexcept;

}  // namespace fullforce
