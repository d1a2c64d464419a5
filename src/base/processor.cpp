// This file is compiled for the first instruction set of 64 bits alone (src/CMakeLists.txt), since it must run on every
// processor. For the same reason it calls functions of C only: of an inline function of C++ the linker keeps one copy,
// which could be another file's, with instructions that the processor lacks, or be this one, which others would run.
#include "fullforce/base/processor.hpp"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "instruction_sets.hpp"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#define FULLFORCE_IS_X86
#endif

namespace fullforce {
namespace {

/// Whether `word` is one of the words of `text`, which are separated by spaces.
bool has_word(const char* text, const char* word) {
  const size_t length = strlen(word);
  for (const char* at = strstr(text, word); at != nullptr; at = strstr(at + 1, word))
    if ((at == text || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0')) return true;
  return false;
}

#ifdef FULLFORCE_IS_X86

constexpr size_t brand_bytes = 48;

/// The name of the processor, as its maker gives it.
void read_brand(char (&brand)[brand_bytes + 1]) {
  memset(brand, 0, sizeof brand);
  for (unsigned part = 0; part < 3; ++part) {
    unsigned words[4] = {};
    if (__get_cpuid(0x80000002u + part, &words[0], &words[1], &words[2], &words[3]) == 0) return;
    memcpy(brand + part * sizeof words, words, sizeof words);
  }
}

/// Whether this rank has to speak for its node. MPI has not started yet, but its launchers tell by variables.
bool is_first_of_node() {
  const char* const variables[] = {"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"};
  for (const char* variable : variables)
    if (const char* const rank = getenv(variable)) return strcmp(rank, "0") == 0;
  return true;
}

void complain_of(const char* missing) {
  char host[256] = "this node", brand[brand_bytes + 1], message[2048];
  gethostname(host, sizeof host - 1);
  read_brand(brand);
  const int length =
      snprintf(message, sizeof message,
               "fullforce: error: the processor of %s (%s) lacks instructions that this program was built for: %s. "
               "Build it on such a node, or for all processors with cmake -DFULLFORCE_NATIVE=OFF\n",
               host, brand, missing);
  if (write(STDERR_FILENO, message, static_cast<size_t>(length)) != length) _exit(1);
}

#endif

}  // namespace

int list_missing(const char* const* names, const bool* needed, const bool* available, int count, const char* hidden,
                 char* text, size_t size) noexcept {
  int missing = 0;
  text[0] = '\0';
  for (int k = 0; k < count; ++k) {
    if (!needed[k] || (available[k] && !has_word(hidden, names[k]))) continue;
    const size_t length = strlen(text);
    snprintf(text + length, size - length, "%s%s", missing == 0 ? "" : " ", names[k]);
    ++missing;
  }
  return missing;
}

void end_unless_processor_fits() noexcept {
#ifdef FULLFORCE_IS_X86
#define FULLFORCE_NAME(name, macro) name,
#define FULLFORCE_IS_AVAILABLE(name, macro) __builtin_cpu_supports(name) != 0,
  __builtin_cpu_init();
  const char* const names[] = {FULLFORCE_INSTRUCTION_SETS(FULLFORCE_NAME)};
  const bool available[] = {FULLFORCE_INSTRUCTION_SETS(FULLFORCE_IS_AVAILABLE)};
  const char* const hidden = getenv("FULLFORCE_HIDE_INSTRUCTION_SETS");
  char missing[1024];
  if (list_missing(names, built_for, available, instruction_set_count, hidden == nullptr ? "" : hidden, missing,
                   sizeof missing) == 0)
    return;
  if (is_first_of_node()) complain_of(missing);
  _exit(1);
#endif
}

namespace {

// Priorities below 101 are the compiler's. Objects of C++ that exist before main() are made later.
__attribute__((constructor(101))) void before_all_else() { end_unless_processor_fits(); }

}  // namespace

}  // namespace fullforce
