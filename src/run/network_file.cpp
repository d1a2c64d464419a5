#include "fullforce/run/network_file.hpp"

#include "fullforce/base/check.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/atomic_file.hpp"

namespace fullforce {
namespace {

constexpr Index format_version = 1;
const std::string format_name = "fullforce-network";

}  // namespace

template <Real T>
void save_network(const Layout& layout, const std::filesystem::path& path, NetworkFileHeader header, Connectivity<T>& connectivity,
                  Rls<T>& rls, Simulation<T>& simulation, bool with_target) {
  const std::filesystem::path unfinished = path.string() + ".part";
  Archive archive = Archive::create(layout.comm(), unfinished);
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
  agree(layout.comm(), [&] {
    if (layout.comm().is_root()) commit_file(unfinished, path);
  });
}

NetworkFileHeader read_network_header(const Communicator& comm, const std::filesystem::path& path) {
  try {
    agree(comm, [&] {
      std::error_code ignored;
      if (comm.is_root())
        require(std::filesystem::is_regular_file(path, ignored), "{}: there is no such file (give a network.h5 or a checkpoint)", path.string());
    });
    Archive archive = Archive::open(comm, path);
    std::string format;
    Index version = 0;
    archive.attribute("/", "format", format);
    require(format == format_name, "{}: its format is \"{}\", not \"{}\"", path.string(), format, format_name);
    archive.attribute("/", "format_version", version);
    require(version == format_version, "{}: format version {}, this program reads version {}", path.string(), version, format_version);
    NetworkFileHeader header;
    archive.attribute("/", "config", header.config);
    archive.attribute("/", "provenance", header.provenance);
    archive.close();
    return header;
  } catch (const RunError& error) {
    throw InputError(error.what());
  }
}

namespace {

/// A dataset of any shape into scratch memory that is given back at once.
template <class T>
void read_replicated(Archive& archive, const std::string& name) {
  const std::vector<Index> shape = archive.shape(name);
  if (shape.empty()) return;
  const Index cols = shape.size() > 1 ? shape[1] : 0;
  std::vector<T> scratch(static_cast<std::size_t>(shape[0] * (shape.size() > 1 ? cols : 1)));
  archive.replicated<T>(name, scratch, cols);
}

template <class T>
void read_rows(Archive& archive, const Layout& layout, const std::string& name) {
  const std::vector<Index> shape = archive.shape(name);
  if (shape.size() != 2) return;
  std::vector<T> scratch(static_cast<std::size_t>(layout.local_rows() * shape[1]));
  archive.rows<T>(name, layout.partition(), {scratch.data(), shape[1], shape[1]});
}

/// The group /target/J_sparse.
template <class T>
void read_sparse(Archive& archive, const Layout& layout) {
  const std::vector<Index> shape = archive.shape("/target/J_sparse/indices");
  if (shape.size() != 1) return;
  const Index degree = shape[0] / layout.rows();
  read_replicated<Index>(archive, "/target/J_sparse/indptr");
  std::vector<std::int32_t> columns(static_cast<std::size_t>(layout.local_rows() * degree));
  archive.joined_rows<std::int32_t>("/target/J_sparse/indices", layout.partition(), {columns.data(), degree, degree});
  std::vector<T> values(columns.size());
  archive.joined_rows<T>("/target/J_sparse/data", layout.partition(), {values.data(), degree, degree});
}

}  // namespace

template <Real T>
void verify_network(const Layout& layout, const std::filesystem::path& path) {
  Archive archive = Archive::open(layout.comm(), path);
  for (const char* name : {"/progress/phase", "/progress/trial", "/progress/position"}) read_replicated<Index>(archive, name);
  for (const char* name : {"/progress/squared_error", "/progress/squared_target", "/network/output"}) read_replicated<double>(archive, name);
  for (const char* name : {"/network/readout", "/network/pending_readout"}) read_replicated<T>(archive, name);
  for (const char* name : {"/network/x", "/network/feedback", "/network/u_in", "/network/weights", "/network/pending_left", "/target/x",
                           "/target/u_out", "/target/u_hint", "/target/J", "/learning/P", "/learning/pending_right"})
    read_rows<T>(archive, layout, name);
  read_sparse<T>(archive, layout);
  archive.close();
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

template void verify_network<float>(const Layout&, const std::filesystem::path&);
template void verify_network<double>(const Layout&, const std::filesystem::path&);
template void save_network(const Layout&, const std::filesystem::path&, NetworkFileHeader, Connectivity<float>&, Rls<float>&,
                           Simulation<float>&, bool);
template void save_network(const Layout&, const std::filesystem::path&, NetworkFileHeader, Connectivity<double>&, Rls<double>&,
                           Simulation<double>&, bool);
template void load_network(const Layout&, const std::filesystem::path&, Connectivity<float>&, Rls<float>&, Simulation<float>*);
template void load_network(const Layout&, const std::filesystem::path&, Connectivity<double>&, Rls<double>&, Simulation<double>*);

}  // namespace fullforce
