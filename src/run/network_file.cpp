#include "fullforce/run/network_file.hpp"

#include "fullforce/base/check.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/atomic_file.hpp"

namespace fullforce {
namespace {

constexpr Index format_version = 1;
const std::string format_name = "fullforce-network";

template <Real T>
void write_contents(const Layout& layout, const std::filesystem::path& path, NetworkFileHeader& header,
                    Connectivity<T>& connectivity, Rls<T>& rls, Simulation<T>& simulation, bool with_target) {
  Archive archive = Archive::create(layout.comm(), path);
  std::string format = format_name;
  Index version = format_version;
  archive.attribute("/", "format", format);
  archive.attribute("/", "format_version", version);
  archive.attribute("/", "config", header.config);
  archive.attribute("/", "provenance", header.provenance);
  simulation.persist(archive);
  connectivity.persist(archive, layout, with_target);
  rls.persist(archive);
  archive.close();
}

void read_back(const Communicator& comm, const std::filesystem::path& path) {
  Archive archive = Archive::open(comm, path);
  archive.verify();
  archive.close();
}

/// Throws InputError unless the file is a network of this version.
void require_network(Archive& archive, const std::filesystem::path& path) {
  std::string format;
  Index version = 0;
  archive.attribute("/", "format", format);
  require(format == format_name, "{}: its format is \"{}\", not \"{}\"", path.string(), format, format_name);
  archive.attribute("/", "format_version", version);
  require(version == format_version, "{}: format version {}, this program reads version {}", path.string(), version,
          format_version);
}

}  // namespace

template <Real T>
void save_network(const Layout& layout, const std::filesystem::path& path, NetworkFileHeader header,
                  Connectivity<T>& connectivity, Rls<T>& rls, Simulation<T>& simulation, bool with_target) {
  const std::filesystem::path unfinished = temporary_name(path);
  try {
    write_contents(layout, unfinished, header, connectivity, rls, simulation, with_target);
    read_back(layout.comm(), unfinished);
    agree(layout.comm(), [&] {
      if (layout.comm().is_root()) commit_file(unfinished, path);
    });
  } catch (const RunError&) {
    std::error_code ignored;
    if (layout.comm().is_root()) std::filesystem::remove(unfinished, ignored);
    throw;
  }
}

NetworkFileHeader read_network_header(const Communicator& comm, const std::filesystem::path& path) {
  try {
    agree(comm, [&] {
      std::error_code ignored;
      if (comm.is_root())
        require(std::filesystem::is_regular_file(path, ignored),
                "{}: there is no such file (give a network.h5 or a checkpoint)", path.string());
    });
    Archive archive = Archive::open(comm, path);
    require_network(archive, path);
    NetworkFileHeader header;
    archive.attribute("/", "config", header.config);
    archive.attribute("/", "provenance", header.provenance);
    archive.attribute("/progress", "step", header.step);
    archive.attribute("/progress", "idle_steps", header.idle_steps);
    header.has_pending = archive.contains("/learning/pending_right");
    archive.close();
    return header;
  } catch (const RunError& error) {
    throw InputError(error.what());
  }
}

std::string damage_of(const Communicator& comm, const std::filesystem::path& path) {
  try {
    Archive archive = Archive::open(comm, path);
    require_network(archive, path);
    archive.verify();
    archive.close();
    return {};
  } catch (const InputError& error) {
    return error.what();
  } catch (const RunError& error) {
    return error.what();
  }
}

template <Real T>
void load_network(const Layout& layout, const std::filesystem::path& path, Connectivity<T>& connectivity, Rls<T>& rls,
                  Simulation<T>* simulation) {
  Archive archive = Archive::open(layout.comm(), path);
  if (simulation != nullptr) simulation->persist(archive);
  connectivity.persist(archive, layout, true);
  rls.persist(archive);
  archive.close();
}

template void save_network(const Layout&, const std::filesystem::path&, NetworkFileHeader, Connectivity<float>&,
                           Rls<float>&, Simulation<float>&, bool);
template void save_network(const Layout&, const std::filesystem::path&, NetworkFileHeader, Connectivity<double>&,
                           Rls<double>&, Simulation<double>&, bool);
template void load_network(const Layout&, const std::filesystem::path&, Connectivity<float>&, Rls<float>&,
                           Simulation<float>*);
template void load_network(const Layout&, const std::filesystem::path&, Connectivity<double>&, Rls<double>&,
                           Simulation<double>*);

}  // namespace fullforce
