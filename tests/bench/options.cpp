#include "options.hpp"

#include <CLI/CLI.hpp>

namespace fullforce {

BenchOptions::BenchOptions(const std::string& about) : app_(std::make_unique<CLI::App>(about)) {}
BenchOptions::~BenchOptions() = default;

void BenchOptions::add(const std::string& name, std::string& target, const std::string& help) {
  app_->add_option(name, target, help);
}

void BenchOptions::add(const std::string& name, Index& target, const std::string& help, Index low, Index high) {
  app_->add_option(name, target, help)->check(CLI::Range(low, high));
}

void BenchOptions::add(const std::string& name, double& target, const std::string& help, double low, double high) {
  app_->add_option(name, target, help)->check(CLI::Range(low, high));
}

void BenchOptions::add(const std::string& name, std::vector<Index>& target, const std::string& help, Index low) {
  app_->add_option(name, target, help)->delimiter(',')->check(CLI::Range(low, std::numeric_limits<Index>::max()));
}

void BenchOptions::add(const std::string& name, std::vector<std::string>& target,
                       const std::vector<std::string>& allowed) {
  app_->add_option(name, target)->delimiter(',')->check(CLI::IsMember(allowed));
}

std::optional<int> BenchOptions::read(int argc, char** argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app_->exit(error);
  }
  return std::nullopt;
}

}  // namespace fullforce
