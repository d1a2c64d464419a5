#include <fmt/chrono.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "fullforce/base/build_info.hpp"
#include "fullforce/base/host_name.hpp"
#include "fullforce/base/utf8.hpp"
#include "fullforce/io/library.hpp"
#include "fullforce/parallel/threads.hpp"
#include "fullforce/run/json_text.hpp"
#include "fullforce/run/provenance.hpp"

namespace fullforce {
namespace {

/// What of a build changes rounding, by the names that it has in a provenance.
std::vector<std::pair<const char*, std::string>> what_rounds() {
  using namespace build_info;
  return {{"version", std::string(version())},
          {"compiler", std::string(compiler())},
          {"build_type", std::string(build_type())},
          {"instructions", std::string(instructions())},
          {"instruction_sets", instruction_sets()},
          {"rounding_flags", std::string(rounding_flags())},
          {"eigen", std::string(eigen())}};
}

}  // namespace

std::string other_build(const std::string& provenance) {
  const auto json = json_of(provenance);
  if (!json.is_object()) return {};
  std::string differences;
  for (const auto& [name, mine] : what_rounds()) {
    const std::string theirs =
        json.contains(name) && json[name].is_string() ? json[name].get<std::string>() : "unknown";
    if (theirs != mine)
      differences += fmt::format("{}{} {}, now {}", differences.empty() ? "" : "; ", name, theirs, mine);
  }
  return differences;
}

std::string provenance(const Communicator& comm) {
  nlohmann::ordered_json json;
  json["version"] = build_info::version();
  json["git_commit"] = build_info::git_commit();
  json["compiler"] = build_info::compiler();
  json["build_type"] = build_info::build_type();
  json["instructions"] = build_info::instructions();
  json["instruction_sets"] = build_info::instruction_sets();
  json["rounding_flags"] = build_info::rounding_flags();
  json["mpi"] = mpi_library();
  json["hdf5"] = hdf5_library();
  json["eigen"] = build_info::eigen();
  json["blas"] = build_info::blas();
  json["ranks"] = comm.size();
  json["threads"] = thread_count();
  json["host"] = printable(host_name());
  json["utc_time"] = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  std::string text = json_text(json, -1);
  comm.broadcast(text);
  return text;
}

}  // namespace fullforce
