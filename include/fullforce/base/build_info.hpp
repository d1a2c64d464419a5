#pragma once
#include <string>
#include <string_view>

namespace fullforce::build_info {

/// These functions say from which sources and with which tools this binary was built. The answers are fixed when the
/// build is configured.
std::string_view version();
/// The commit has the suffix `-dirty` where files differed from it. It is "unknown" outside a git checkout.
std::string_view git_commit();
std::string_view compiler();
std::string_view build_type();
/// The instruction set that the compiler may use is "native" or "portable".
std::string_view instructions();
/// The names of the instruction sets of x86 that the compiler may use beyond the first of 64 bits, separated by spaces.
/// "native" builds of two machines may differ in them.
std::string instruction_sets();
/// The compiler's flags that change rounding, as the user gave them and as the project adds them.
std::string_view rounding_flags();
std::string_view eigen();
std::string_view blas();

}  // namespace fullforce::build_info
