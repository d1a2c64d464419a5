#pragma once
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fullforce/base/types.hpp"

namespace CLI {
class App;
}

namespace fullforce {

/// The command line of a benchmark. CLI11 takes seconds to compile, so that only one source includes it.
class BenchOptions {
 public:
  explicit BenchOptions(const std::string& about);
  ~BenchOptions();
  BenchOptions(const BenchOptions&) = delete;
  BenchOptions& operator=(const BenchOptions&) = delete;

  /// Each adds an option that replaces `target`. Several values have commas between them.
  void add(const std::string& name, std::string& target, const std::string& help);
  void add(const std::string& name, Index& target, const std::string& help = "", Index low = 0,
           Index high = std::numeric_limits<Index>::max());
  void add(const std::string& name, double& target, const std::string& help, double low = 0.0,
           double high = std::numeric_limits<double>::max());
  void add(const std::string& name, std::vector<Index>& target, const std::string& help = "", Index low = 0);
  /// The values are some of `allowed`.
  void add(const std::string& name, std::vector<std::string>& target, const std::vector<std::string>& allowed);

  /// Reads the command line. Returns the exit code if the program is to end with it, after help or an error.
  std::optional<int> read(int argc, char** argv);

 private:
  std::unique_ptr<CLI::App> app_;
};

}  // namespace fullforce
