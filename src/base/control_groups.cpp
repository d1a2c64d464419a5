#include "control_groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>

namespace fullforce {
namespace {

namespace fs = std::filesystem;

/// How a version of control groups calls its files.
struct Version {
  std::string_view mount_type;
  std::string_view controller;  ///< the name that the lists of controllers give; version 2 has no lists
  std::vector<const char*> limits;
  const char* used;
  std::array<std::string_view, 2> page_cache;  ///< lines of memory.stat, of the group and all groups below it
};

const std::array<Version, 2> versions{
    Version{"cgroup",
            "memory",
            {"memory.limit_in_bytes"},
            "memory.usage_in_bytes",
            {"total_inactive_file", "total_active_file"}},
    Version{"cgroup2", "", {"memory.max", "memory.high"}, "memory.current", {"inactive_file", "active_file"}},
};

/// A place where control groups can be seen: the group `root` and all groups below it stand in the folder `point`.
struct Mount {
  std::string root;
  fs::path point;
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream rest(text);
  for (std::string part; std::getline(rest, part, separator);) parts.push_back(part);
  return parts;
}

bool contains(const std::vector<std::string>& list, std::string_view wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

bool lists_controller(const std::string& list, std::string_view controller) {
  return controller.empty() || contains(split(list, ','), controller);
}

/// The character that an escape such as \040 at the beginning of a text stands for.
std::optional<char> escaped_character(std::string_view text) {
  if (text.size() < 4 || text[0] != '\\') return std::nullopt;
  int code = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + 4, code, 8);
  return error == std::errc() && end == text.data() + 4 ? std::optional(static_cast<char>(code)) : std::nullopt;
}

/// A path as mountinfo writes it, in which blanks and backslashes are octal numbers.
std::string without_escapes(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const std::optional<char> escaped = escaped_character(text);
    plain += escaped.value_or(text[0]);
    text.remove_prefix(escaped ? 4 : 1);
  }
  return plain;
}

/// Calls use(line) with every line of a file, which need not exist.
template <class Use>
void for_each_line(const fs::path& path, const Use& use) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) use(line);
}

/// The path of the process's group in the hierarchy of a version, from lines such as "4:memory:/job" and "0::/job".
std::optional<std::string> group_path(const fs::path& root, const Version& version) {
  std::optional<std::string> path;
  for_each_line(root / "proc/self/cgroup", [&](const std::string& line) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (path || second == line.npos) return;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool wanted = version.controller.empty() ? controllers.empty() : lists_controller(controllers, "memory");
    if (wanted) path = line.substr(second + 1);
  });
  return path;
}

/// The places of a version. A line has fields of the mount, optional ones, a dash, then the type, the source, and the
/// options of the file system, which name the controllers.
std::vector<Mount> mounts(const fs::path& root, const Version& version) {
  std::vector<Mount> found;
  for_each_line(root / "proc/self/mountinfo", [&](const std::string& line) {
    const std::vector<std::string> fields = split(line, ' ');
    const auto dash = std::find(fields.begin(), fields.end(), "-");
    if (dash - fields.begin() < 6 || fields.end() - dash < 4) return;
    if (dash[1] == version.mount_type && lists_controller(dash[3], version.controller))
      found.push_back({without_escapes(fields[3]), root / fs::path(without_escapes(fields[4])).relative_path()});
  });
  return found;
}

/// A group's path as seen from the root of a mount. There is none if the group is not below that root.
std::optional<fs::path> below(const std::string& mount_root, const std::string& group) {
  const fs::path relative = fs::path(group).lexically_relative(mount_root);
  if (relative.empty() || contains({relative.begin(), relative.end()}, "..")) return std::nullopt;
  return relative;
}

/// The folder of the process's group, and the folder at which the groups that can be seen begin. In a container the
/// path of the group may be that of the host. What is mounted is then taken for the group of the container.
struct Folders {
  fs::path group;
  fs::path top;
};
std::optional<Folders> folders_of_group(const fs::path& root, const Version& version) {
  const std::optional<std::string> path = group_path(root, version);
  const std::vector<Mount> places = mounts(root, version);
  if (!path || places.empty()) return std::nullopt;
  for (const Mount& mount : places)
    if (const auto relative = below(mount.root, *path))
      return Folders{(mount.point / *relative).lexically_normal(), mount.point.lexically_normal()};
  return Folders{places.front().point.lexically_normal(), places.front().point.lexically_normal()};
}

/// A number from a file of its own. The text "max", a number that is too large, and a missing file mean no limit.
Index number_in(const fs::path& path) {
  Index number = 0;
  return std::ifstream(path) >> number ? number : unlimited_bytes;
}

/// The page cache of a group. The kernel gives it back before it enforces the limit.
Index page_cache(const fs::path& group, const Version& version) {
  Index bytes = 0;
  for_each_line(group / "memory.stat", [&](const std::string& line) {
    std::istringstream words(line);
    std::string name;
    Index value = 0;
    if (words >> name >> value && (name == version.page_cache[0] || name == version.page_cache[1])) bytes += value;
  });
  return bytes;
}

void add_limits_of(const fs::path& group, const fs::path& top, const Version& version, std::vector<MemoryLimit>& all) {
  for (const char* file : version.limits) {
    const Index limit = number_in(group / file);
    if (limit >= unlimited_bytes / 2) continue;  // version 1 has no word for "no limit" but a very large number
    const Index used = number_in(group / version.used);
    const Index held = used == unlimited_bytes ? 0 : std::max<Index>(0, used - page_cache(group, version));
    const fs::path shown = group == top ? "/" : "/" / group.lexically_relative(top);
    all.push_back({limit, std::max<Index>(0, limit - held),
                   fmt::format("the limit of control group {} ({} = {})", shown.string(), file, bytes_text(limit)),
                   "more nodes", "a higher limit (SLURM: --mem)"});
  }
}

/// Whether the limits of a group hold for the groups below it. In version 1 that can be switched off.
bool is_hierarchical(const fs::path& group) { return number_in(group / "memory.use_hierarchy") != 0; }

}  // namespace

std::vector<MemoryLimit> limits_of_control_groups(const fs::path& root) {
  std::vector<MemoryLimit> limits;
  for (const Version& version : versions) {
    const auto folders = folders_of_group(root, version);
    if (!folders) continue;
    fs::path group = folders->group;
    add_limits_of(group, folders->top, version, limits);
    while (group != folders->top && group.has_relative_path()) {
      group = group.parent_path();
      if (is_hierarchical(group)) add_limits_of(group, folders->top, version, limits);
    }
  }
  return limits;
}

}  // namespace fullforce
