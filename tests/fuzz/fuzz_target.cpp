#include "fuzz_target.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <typeinfo>

#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

void report_wrong(std::string_view what, std::string_view message) {
  std::fprintf(stderr, "WRONG: %.*s: %.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(message.size()), message.data());
  std::abort();
}

std::string refusal(std::string_view message, std::string_view file) {
  if (message.find(file) == std::string_view::npos) report_wrong("a message does not name the file", message);
  return std::string(message);
}

std::string try_any_input(std::string_view input) {
  try {
    return try_input(input);
  } catch (const std::exception& error) {
    report_wrong(typeid(error).name(), error.what());
  }
}

}  // namespace fullforce

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  // The process is alone: it needs no helper process of Open MPI, and the fuzzer handles signals itself.
  ::setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
  ::setenv("OMPI_MCA_opal_signal", "", 0);
  static fullforce::Environment environment(argc, argv);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fullforce::try_any_input({reinterpret_cast<const char*>(data), size});
  return 0;
}
