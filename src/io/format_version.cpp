#include "fullforce/io/format_version.hpp"

#include <cmath>
#include <optional>
#include <string>

#include "fullforce/base/check.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/io/hdf5.hpp"

namespace fullforce {
namespace {

/// The version of this kind of file that this program reads; nothing if it does not know the kind.
std::optional<Index> known_version(const std::string& kind) {
  if (kind == format::kind::network) return format::version::network;
  if (kind == format::kind::trials) return format::version::trials;
  if (kind == format::kind::recording) return format::version::recording;
  if (kind == format::kind::analysis) return format::version::results;
  return {};
}

/// What a file says of itself in its root attributes.
struct Claim {
  std::string kind;
  Index version = 0;
};

std::optional<Claim> claim_of(const std::filesystem::path& path) {
  try {
    const hdf5::Handle file = hdf5::open_serially(path);
    return Claim{std::get<std::string>(hdf5::read_attribute(file.get(), format::root::format)),
                 std::get<Index>(hdf5::read_attribute(file.get(), format::root::format_version))};
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace

void require_version(const std::filesystem::path& path, double found, Index oldest, Index newest) {
  const std::string known =
      oldest == newest ? fmt::format("version {}", newest) : fmt::format("versions {} to {}", oldest, newest);
  require(found <= static_cast<double>(newest),
          "{}: format_version = {}, and this program reads {}; use a newer fullforce to read the file", path.string(),
          found, known);
  require(found >= static_cast<double>(oldest) && found == std::floor(found),
          "{}: format_version = {} (this program reads {})", path.string(), found, known);
}

void refuse_newer_file(const std::filesystem::path& path) {
  const std::optional<Claim> claim = claim_of(path);
  const std::optional<Index> known = claim ? known_version(claim->kind) : std::nullopt;
  if (known && claim->version > *known) require_version(path, static_cast<double>(claim->version), *known, *known);
}

}  // namespace fullforce
