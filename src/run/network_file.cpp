#include "fullforce/run/network_file.hpp"

#include <array>
#include <optional>
#include <utility>

#include "fullforce/base/check.hpp"
#include "fullforce/base/memory_error.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/io/format_version.hpp"
#include "fullforce/io/readable_file.hpp"
#include "fullforce/io/unfinished_file.hpp"
#include "fullforce/learning/plasticity.hpp"

namespace fullforce {
namespace {

constexpr const char* format_name = format::kind::network;
constexpr Index format_version = format::version::network;

/// The attributes of the fingerprints.
std::array<std::pair<const char*, std::string*>, 2> attributes_of(TrialsFingerprints& trials) {
  return {{{format::root::trials, &trials.learned}, {format::root::test_trials, &trials.tested}}};
}

/// Saves or loads which trials the network learned from. Files of older programs do not say so.
void persist_learned_trials(Archive& archive, std::optional<std::vector<std::int64_t>>& learned) {
  if (archive.loading() ? !archive.has_attribute(format::root::group, format::root::learned_trials) : !learned) return;
  Index count = learned ? static_cast<Index>(learned->size()) : 0;
  archive.attribute(format::root::group, format::root::learned_trials, count);
  learned = std::move(learned).value_or(std::vector<std::int64_t>{});
  learned->resize(as_size(count));
  if (count > 0) archive.replicated<std::int64_t>(format::trials::learned, *learned);
}

void write_contents(const Communicator& comm, const std::filesystem::path& path, NetworkFileHeader& header,
                    const std::function<void(Archive&)>& persist) {
  Archive archive = Archive::create(comm, path);
  std::string kind = format_name;
  Index version = format_version;
  archive.attribute(format::root::group, format::root::format, kind);
  archive.attribute(format::root::group, format::root::format_version, version);
  archive.attribute(format::root::group, format::root::config, header.config);
  archive.attribute(format::root::group, format::root::provenance, header.provenance);
  for (const auto& [name, fingerprint] : attributes_of(header.trials))
    if (!fingerprint->empty()) archive.attribute(format::root::group, name, *fingerprint);
  if (!header.source.empty()) archive.attribute(format::root::group, format::root::source, header.source);
  persist_learned_trials(archive, header.learned_trials);
  persist(archive);
  archive.close();
}

/// The number of rows or columns of a matrix, or 0 where there is no such dataset.
Index extent(Archive& archive, const char* dataset, std::size_t axis) {
  const std::vector<Index> extents = archive.shape(dataset);
  return extents.size() == 2 ? extents[axis] : 0;
}
Index rows(Archive& archive, const char* dataset) { return extent(archive, dataset, 0); }
Index columns(Archive& archive, const char* dataset) { return extent(archive, dataset, 1); }

void read_back(const Communicator& comm, const std::filesystem::path& path) {
  Archive archive = Archive::open(comm, path);
  archive.verify();
  archive.close();
}

/// Throws InputError unless the file is a network, and it and its sections are of versions that this program reads.
void require_network(Archive& archive, const std::filesystem::path& path) {
  std::string kind;
  Index version = 0;
  archive.attribute(format::root::group, format::root::format, kind);
  require(kind == format_name, "{}: its format is \"{}\", not \"{}\"", path.string(), kind, format_name);
  archive.attribute(format::root::group, format::root::format_version, version);
  require_version(path, static_cast<double>(version), format_version, format_version);
  archive.require_sections(format::section::all);
}

/// Calls action(). An error of it keeps its kind, and names the file.
template <class Action>
void name_in_errors(const std::filesystem::path& path, const Action& action) {
  try {
    action();
  } catch (const InputError& error) {
    throw InputError(naming(path, error));
  } catch (const DamageError& error) {
    throw DamageError(naming(path, error));
  } catch (const MemoryError&) {
    throw;
  } catch (const RunError& error) {
    throw RunError(naming(path, error));
  }
}

}  // namespace

void save_network(const Communicator& comm, const std::filesystem::path& path, NetworkFileHeader header,
                  const std::function<void(Archive&)>& persist) {
  std::optional<UnfinishedFile> file;  // the root's
  std::string unfinished;
  agree(comm, [&] {
    if (comm.is_root()) unfinished = file.emplace(path).path().string();
  });
  comm.broadcast(unfinished);
  write_contents(comm, unfinished, header, persist);
  read_back(comm, unfinished);
  agree(comm, [&] {
    if (file) file->commit();
  });
}

void load_network(const Communicator& comm, const std::filesystem::path& path,
                  const std::function<void(Archive&)>& persist) {
  name_in_errors(path, [&] {
    Archive archive = Archive::open(comm, path);
    persist(archive);
    archive.close();
  });
}

NetworkFileHeader read_network_header(const Communicator& comm, const std::filesystem::path& path) {
  try {
    Archive archive = Archive::open(comm, path);
    require_network(archive, path);
    NetworkFileHeader header;
    archive.attribute(format::root::group, format::root::config, header.config);
    archive.attribute(format::root::group, format::root::provenance, header.provenance);
    for (const auto& [name, fingerprint] : attributes_of(header.trials))
      if (archive.has_attribute(format::root::group, name)) archive.attribute(format::root::group, name, *fingerprint);
    persist_learned_trials(archive, header.learned_trials);
    if (archive.has_attribute(format::root::group, format::root::source))
      archive.attribute(format::root::group, format::root::source, header.source);
    header.channels = {columns(archive, format::network::u_in), columns(archive, format::target::u_out),
                       columns(archive, format::target::u_hint)};
    archive.attribute(format::progress::group, format::progress::step, header.step);
    archive.attribute(format::progress::group, format::progress::idle_steps, header.idle_steps);
    header.has_pending = has_pending_updates(archive);
    header.features = columns(archive, format::network::readout);
    header.pending = columns(archive, format::learning::pending_right);
    header.has_P = archive.contains(format::learning::P) || archive.contains(format::learning::P_readout);
    header.rows_of_P = rows(archive, format::learning::P);
    header.has_J_D = archive.contains(format::target::J) || archive.contains(format::target::J_sparse::group);
    archive.close();
    return header;
  } catch (const MemoryError&) {
    throw;
  } catch (const RunError& error) {
    throw InputError(naming(path, error));
  }
}

std::string damage_of(const Communicator& comm, const std::filesystem::path& path) {
  try {
    name_in_errors(path, [&] {
      Archive archive = Archive::open(comm, path);
      require_network(archive, path);
      archive.verify();
      archive.close();
    });
    return {};
  } catch (const DamageError& error) {
    return error.what();
  }
}

}  // namespace fullforce
