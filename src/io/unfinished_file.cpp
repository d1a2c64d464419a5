#include "fullforce/io/unfinished_file.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>

#include "fullforce/base/check.hpp"
#include "fullforce/base/host_name.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/io/file_descriptor.hpp"

namespace fullforce {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view mark = ".unfinished-";
constexpr std::string_view ending = ".part";
constexpr std::size_t longest_name = 255;  // of a file, in bytes

/// The name of this host, of letters, digits and hyphens alone. Containers may have the same name and other processes,
/// so the namespace of the processes is a part of it unless it is that of the host itself.
std::string host_in_names() {
  constexpr std::string_view of_the_host = "pid:[4026531836]";
  std::string host = host_name();
  std::error_code ignored;
  if (const std::string space = fs::read_symlink("/proc/self/ns/pid", ignored).string(); space != of_the_host)
    host += space;
  std::replace_if(
      host.begin(), host.end(), [](unsigned char c) { return c > 0x7f || !std::isalnum(c); }, '-');
  return host;
}

/// An overlong name loses its end; what a killed process leaves of such a file is not known again.
fs::path name_beside(const fs::path& target, int count) {
  const std::string suffix = fmt::format("{}{}-{}-{}{}", mark, host_in_names(), ::getpid(), count, ending);
  const std::string name = target.filename().string();
  return target.parent_path() / (name.substr(0, longest_name - suffix.size()) + suffix);
}

/// The digits at the end of a text, which are removed from it together with the hyphen before them.
std::optional<pid_t> take_number(std::string_view& text) {
  const std::size_t hyphen = text.rfind('-');
  if (hyphen == std::string_view::npos) return std::nullopt;
  pid_t number = 0;
  const auto [end, failure] = std::from_chars(text.data() + hyphen + 1, text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  text = text.substr(0, hyphen);
  return number;
}

/// The names of what this process is making. In a container a killed predecessor may have had the same number.
std::set<std::string>& names_in_use() {
  static std::set<std::string> names;
  return names;
}

/// One that has ended may stay in the table of processes until its parent asks for it.
bool is_running(pid_t process) {
  if (::kill(process, 0) != 0 && errno == ESRCH) return false;
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = text.rfind(") ");
  return name_end == std::string::npos || (text[name_end + 2] != 'Z' && text[name_end + 2] != 'X');
}

/// What the name of a file says if it is that of an unfinished file.
std::optional<Leftover> leftover_at(const fs::path& path) {
  const std::string name = path.filename().string();
  if (!name.ends_with(ending)) return std::nullopt;
  std::string_view rest = std::string_view(name).substr(0, name.size() - ending.size());
  const auto count = take_number(rest);
  const auto process = count ? take_number(rest) : std::nullopt;
  const std::size_t at = rest.rfind(mark);
  if (!process || at == std::string_view::npos || at == 0) return std::nullopt;
  const bool ours = rest.substr(at + mark.size()) == host_in_names();
  const bool lives = *process == ::getpid() ? names_in_use().contains(name) : is_running(*process);
  return Leftover{path, std::string(rest.substr(0, at)), ours, ours && !lives};
}

void remove_what_the_dead_left(const fs::path& target) {
  std::error_code ignored;
  for (const Leftover& leftover : leftovers_in(target.parent_path()))
    if (leftover.target == target.filename() && leftover.is_dead) fs::remove(leftover.path, ignored);
}

/// Makes an empty file that did not exist, and returns its path. The bits of the file that it will replace hold from
/// the start, so that nobody reads it who may not.
fs::path create_beside(const fs::path& target, std::optional<mode_t> mode) {
  constexpr mode_t for_all = 0666, for_owner = 0600;
  for (int count = 0;; ++count) {
    const fs::path path = name_beside(target, count);
    const FileDescriptor file(path, O_WRONLY | O_CREAT | O_EXCL, mode ? (*mode & for_all) | for_owner : for_all);
    if (file.is_open()) return path;
    if (errno != EEXIST) throw RunError(fmt::format("{} cannot be created: {}", target.string(), std::strerror(errno)));
  }
}

}  // namespace

UnfinishedFile::UnfinishedFile(const fs::path& target) : place_(output_place(target)) {
  if (place_.kind != OutputPlace::Kind::file)
    throw RunError(fmt::format("{} is a pipe or a device, and this output needs a file", target.string()));
  remove_what_the_dead_left(place_.path);
  path_ = create_beside(place_.path, place_.mode);
  names_in_use().insert(path_.filename());
}

UnfinishedFile::~UnfinishedFile() {
  if (!committed_) ::unlink(path_.c_str());
  names_in_use().erase(path_.filename());
}

void UnfinishedFile::commit() {
  sync_file(path_);
  if (place_.mode) ::chmod(path_.c_str(), *place_.mode);  // some file systems have no mode bits
  if (::rename(path_.c_str(), place_.path.c_str()) != 0)
    throw RunError(fmt::format("{} cannot be put in place: {}", place_.path.string(), std::strerror(errno)));
  committed_ = true;
  sync_folder_of(place_.path);
}

std::vector<Leftover> leftovers_in(const fs::path& folder) {
  std::vector<Leftover> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, error))
    if (auto leftover = leftover_at(entry.path())) found.push_back(std::move(*leftover));
  std::sort(found.begin(), found.end(), [](const Leftover& a, const Leftover& b) { return a.path < b.path; });
  return found;
}

}  // namespace fullforce
