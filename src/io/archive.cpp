#include "fullforce/io/archive.hpp"

#include <algorithm>
#include <cstring>

#include "block_checksums.hpp"
#include "checksum_table.hpp"
#include "collective_file.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/io/file_format.hpp"
#include "slab.hpp"

namespace fullforce {
namespace {

using Mode = CollectiveFile::Mode;

std::string absolute(const std::string& path) { return path.starts_with('/') ? path : "/" + path; }

void broadcast(const Communicator& comm, std::string& text) {
  comm.broadcast(text);
  text.resize(std::min(text.find('\0'), text.size()));  // HDF5's strings end at a zero byte
}
template <class T>
void broadcast(const Communicator& comm, T& number) {
  comm.broadcast(std::span<T>(&number, 1));
}

std::string newer_section_text(const format::Section& known, Index found) {
  return fmt::format(
      "has version {} of the section {}, and this program reads versions up to {}; use a newer fullforce to read the "
      "file",
      found, known.name, known.version);
}

}  // namespace

struct Archive::Implementation {
  Implementation(const Communicator& comm, const std::filesystem::path& path, Mode mode)
      : file(comm, path, mode), checksums(file) {}

  CollectiveFile file;
  ChecksumTable checksums;

  /// Saves or loads rows that lie `stride` scalars apart from `data` on, with their checksums.
  template <class T>
  void move(const std::string& dataset, const CheckedSlab& part, T* data, Index stride) {
    const hdf5::Scalar scalar = hdf5::scalar_of<T>();
    const Index row_bytes = part.slab.cols * scalar.bytes;
    BlockChecksums sums(part.blocks.rows, row_bytes);
    file.move(dataset, part.slab, scalar, [&](Slice slice, std::byte* rows) {
      for (Index i = 0; i < slice.count; ++i) {
        T* const mine = data + (slice.first + i) * stride;
        std::byte* const in_file = rows + i * row_bytes;
        if (file.saving())
          std::memcpy(in_file, mine, as_size(row_bytes));
        else
          std::memcpy(mine, in_file, as_size(row_bytes));
      }
      sums.add(rows, slice.count);
    });
    const ChecksumTable::Sums found = sums.finish(part.blocks.count);
    if (file.saving())
      checksums.save(dataset, part.blocks, found);
    else
      checksums.compare(dataset, part.blocks, found);
  }

  /// Saves or loads an array that every rank holds whole. The first rank writes it, and every rank reads it.
  template <class T>
  void move_whole(const std::string& dataset, const std::vector<Index>& extents, T* data, Index stride) {
    move(dataset, whole_array(extents, !file.saving() || file.comm().is_root()), data, stride);
  }

  template <class T>
  void save_attribute(const std::string& group, const std::string& name, T value) {
    broadcast(file.comm(), value);
    file.write_attribute(group, name, value);
  }

  /// Loads an attribute. This needs no agreement, because all ranks read the same attributes when the file was opened.
  template <class T>
  void load_attribute(const std::string& group, const std::string& name, T& value) const {
    const hdf5::Value* found = file.attribute(group, name);
    if (!found) file.fail(group, fmt::format("has no attribute {}", name));
    const T* typed = std::get_if<T>(found);
    if (!typed) file.fail(group, fmt::format("has an attribute {} of an unexpected type", name));
    value = *typed;
  }
};

Archive::Archive(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Archive::Archive(Archive&&) noexcept = default;
Archive& Archive::operator=(Archive&&) noexcept = default;
Archive::~Archive() = default;

Archive Archive::create(const Communicator& comm, const std::filesystem::path& path) {
  return Archive(std::make_unique<Implementation>(comm, path, Mode::save));
}

Archive Archive::open(const Communicator& comm, const std::filesystem::path& path) {
  return Archive(std::make_unique<Implementation>(comm, path, Mode::load));
}

bool Archive::saving() const { return implementation_->file.saving(); }

template <class T>
void Archive::rows(const std::string& dataset, const RowPartition& partition, const MatrixView<T>& mine) {
  const Communicator& comm = implementation_->file.comm();
  FULLFORCE_EXPECT(partition.ranks() == comm.size() && mine.stride >= mine.cols);
  implementation_->move(absolute(dataset), matrix_rows(partition, comm.rank(), mine.cols), mine.data, mine.stride);
}

template <class T>
void Archive::joined_rows(const std::string& dataset, const RowPartition& partition, const MatrixView<T>& mine) {
  const Communicator& comm = implementation_->file.comm();
  FULLFORCE_EXPECT(partition.ranks() == comm.size() && mine.stride == mine.cols);
  implementation_->move(absolute(dataset), joined_matrix_rows(partition, comm.rank(), mine.cols), mine.data, 1);
}

template <class T>
void Archive::row_run(const std::string& dataset, const RowRun& run, const MatrixView<T>& mine) {
  const Index largest = implementation_->file.comm().max(run.count);
  implementation_->move(absolute(dataset), single_rows(run.total, mine.cols, run.first, run.count, largest), mine.data,
                        mine.stride);
}

template <class T>
void Archive::replicated(const std::string& dataset, std::span<T> values, Index cols) {
  const Index width = std::max<Index>(1, cols);
  std::vector<Index> extents{static_cast<Index>(values.size()) / width};
  if (cols > 0) extents.push_back(cols);
  implementation_->move_whole(absolute(dataset), extents, values.data(), width);
}

template <class T>
void Archive::replicated(const std::string& dataset, const MatrixView<T>& matrix, Index rows) {
  implementation_->move_whole(absolute(dataset), {rows, matrix.cols}, matrix.data, matrix.stride);
}

template <class T>
void Archive::attribute(const std::string& group, const std::string& name, T& value) {
  if (saving()) return implementation_->save_attribute(absolute(group), name, value);
  implementation_->load_attribute(absolute(group), name, value);
}

bool Archive::has_attribute(const std::string& group, const std::string& name) const {
  return implementation_->file.attribute(absolute(group), name) != nullptr;
}

Index Archive::section(const std::string& group, const format::Section& section) {
  const std::string path = absolute(group);
  const std::string attribute_name = std::string(section.name) + format::section_version_suffix;
  if (saving()) {
    implementation_->save_attribute(path, attribute_name, section.version);
    return section.version;
  }
  const CollectiveFile& file = implementation_->file;
  if (!file.attribute(path, attribute_name)) return 1;
  Index found = 0;
  implementation_->load_attribute(path, attribute_name, found);
  if (found > section.version) file.fail(path, newer_section_text(section, found));
  return found;
}

void Archive::require_sections(std::span<const format::Section> known) const {
  const CollectiveFile& file = implementation_->file;
  for (const auto& [group, attribute] : file.attributes_ending_in(format::section_version_suffix)) {
    if (group == format::root::group) continue;  // the version of the whole file stands there
    const std::string name = attribute.substr(0, attribute.rfind(format::section_version_suffix));
    const auto of_name = std::ranges::find(known, name, &format::Section::name);
    const auto* version = std::get_if<Index>(file.attribute(group, attribute));
    require(of_name != known.end(),
            "{}: {} has the section {}, which this program does not know; use a newer fullforce to read the file",
            file.path().string(), group, name);
    if (version && *version > of_name->version)
      throw InputError(file.about(group, newer_section_text(*of_name, *version)));
  }
}

bool Archive::contains(const std::string& path) const { return implementation_->file.contains(absolute(path)); }

std::vector<Index> Archive::shape(const std::string& dataset) const {
  std::vector<Index> result;
  const CollectiveFile& file = implementation_->file;
  agree(file.comm(), [&] { result = file.shape(absolute(dataset)); });
  return result;
}

void Archive::verify() {
  const CollectiveFile& file = implementation_->file;
  std::vector<std::string> datasets;
  agree(file.comm(), [&] { datasets = file.datasets(); });
  for (const std::string& dataset : datasets) implementation_->checksums.verify(dataset);
}

void Archive::close() { implementation_->file.close(); }

template void Archive::rows(const std::string&, const RowPartition&, const MatrixView<float>&);
template void Archive::rows(const std::string&, const RowPartition&, const MatrixView<double>&);
template void Archive::joined_rows(const std::string&, const RowPartition&, const MatrixView<float>&);
template void Archive::joined_rows(const std::string&, const RowPartition&, const MatrixView<double>&);
template void Archive::joined_rows(const std::string&, const RowPartition&, const MatrixView<std::int32_t>&);
template void Archive::row_run(const std::string&, const RowRun&, const MatrixView<float>&);
template void Archive::row_run(const std::string&, const RowRun&, const MatrixView<double>&);
template void Archive::row_run(const std::string&, const RowRun&, const MatrixView<std::int32_t>&);
template void Archive::replicated(const std::string&, std::span<float>, Index);
template void Archive::replicated(const std::string&, std::span<double>, Index);
template void Archive::replicated(const std::string&, std::span<std::int64_t>, Index);
template void Archive::replicated(const std::string&, const MatrixView<float>&, Index);
template void Archive::replicated(const std::string&, const MatrixView<double>&, Index);
template void Archive::attribute(const std::string&, const std::string&, std::int64_t&);
template void Archive::attribute(const std::string&, const std::string&, double&);
template void Archive::attribute(const std::string&, const std::string&, std::string&);

}  // namespace fullforce
