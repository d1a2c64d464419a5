#include "fullforce/io/output_place.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>

#include "fullforce/base/check.hpp"

namespace fullforce {
namespace {

namespace fs = std::filesystem;

constexpr int most_links = 40;  // in a row, as in the kernel

/// The number of the file descriptor of this process that a path stands for. /dev/stdout, for example, is a link to
/// /proc/self/fd/1.
std::optional<int> own_descriptor(const fs::path& path) {
  std::error_code error;
  const fs::path folder = fs::canonical(path.has_parent_path() ? path.parent_path() : ".", error);
  if (error || folder != fmt::format("/proc/{}/fd", ::getpid())) return std::nullopt;
  const std::string name = path.filename().string();
  int number = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (failure != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

/// One link further. The target of a link is relative to the folder in which the link is.
fs::path follow(const fs::path& link) {
  std::error_code error;
  const fs::path target = fs::read_symlink(link, error);
  if (error) throw RunError(fmt::format("{} cannot be followed: {}", link.string(), error.message()));
  return link.parent_path() / target;
}

bool is_link(const fs::path& path) {
  std::error_code ignored;
  return fs::is_symlink(fs::symlink_status(path, ignored));
}

OutputPlace place_at(const fs::path& path) {
  OutputPlace place;
  place.path = path;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || S_ISDIR(status.st_mode)) return place;  // writing will say what is wrong
  if (S_ISREG(status.st_mode))
    place.mode = status.st_mode & 07777;
  else
    place.kind = OutputPlace::Kind::stream;
  return place;
}

}  // namespace

OutputPlace output_place(const fs::path& path) {
  fs::path end = path;
  for (int links = 0; links <= most_links; ++links) {
    if (const auto descriptor = own_descriptor(end))
      return {OutputPlace::Kind::descriptor, path, std::nullopt, *descriptor};
    if (const OutputPlace place = place_at(end); place.kind == OutputPlace::Kind::stream || !is_link(end)) return place;
    end = follow(end);
  }
  throw RunError(fmt::format("{} cannot be followed: its symbolic links lead in a circle", path.string()));
}

bool leads_to_a_file(const fs::path& path) {
  try {
    return output_place(path).kind == OutputPlace::Kind::file;
  } catch (const RunError&) {
    return true;  // writing will say what is wrong
  }
}

}  // namespace fullforce
