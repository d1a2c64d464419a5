#include "fullforce/base/build_info.hpp"
#include "instruction_sets.hpp"

namespace fullforce {

// A macro that is not defined stays its own name.
#define FULLFORCE_TEXT(macro) #macro
#define FULLFORCE_IS_ONE(name, macro) FULLFORCE_TEXT(macro)[0] == '1',
constexpr bool built_for[instruction_set_count] = {FULLFORCE_INSTRUCTION_SETS(FULLFORCE_IS_ONE)};

std::string build_info::instruction_sets() {
#define FULLFORCE_NAME(name, macro) name,
  constexpr const char* names[] = {FULLFORCE_INSTRUCTION_SETS(FULLFORCE_NAME)};
  std::string text;
  for (int k = 0; k < instruction_set_count; ++k)
    if (built_for[k]) text.append(text.empty() ? "" : " ").append(names[k]);
  return text;
}

}  // namespace fullforce
