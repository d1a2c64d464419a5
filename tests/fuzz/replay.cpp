// Gives the files of a corpus to a fuzz target, one after the other, without a fuzzer. So any compiler can build it.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "fuzz_target.hpp"

namespace {

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int argc, char** argv) {
  LLVMFuzzerInitialize(&argc, &argv);
  std::set<std::filesystem::path> files;
  for (int k = 1; k < argc; ++k)
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::absolute(argv[k])))
      files.insert(entry.path());
  for (const std::filesystem::path& path : files) {
    std::printf("%s: ", path.filename().c_str());
    std::fflush(stdout);
    const std::string message = fullforce::try_any_input(bytes_of(path));
    std::printf("%s\n", message.empty() ? "accepted" : message.c_str());
  }
  std::printf("%zu inputs\n", files.size());
  return files.empty() ? 1 : 0;
}
