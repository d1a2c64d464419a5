#include "whole_dataset.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <vector>

#include "fullforce/base/check.hpp"
#include "fullforce/io/hdf5.hpp"
#include "lzf_filter.hpp"
#include "virtual_sources.hpp"

namespace fullforce {
namespace {

namespace fs = std::filesystem;
using hdf5::Handle;

/// No number has more bytes. The bytes of all values of a dataset therefore fit into 64 bits.
constexpr hsize_t most_bytes_of_value = 128;

hsize_t bytes_of_value(hid_t dataset) {
  const Handle type = hdf5::own(H5Dget_type(dataset), H5Tclose, "type cannot be read");
  return H5Tget_size(type.get());
}

/// In floating point, since a damaged file can claim more than an integer holds.
double bytes_of_chunk(hid_t dataset, hid_t creation, const std::string& what) {
  std::array<hsize_t, H5S_MAX_RANK> chunk{};
  const int rank = H5Pget_chunk(creation, static_cast<int>(chunk.size()), chunk.data());
  hdf5::check(rank, what);
  auto bytes = static_cast<double>(bytes_of_value(dataset));
  for (std::size_t i = 0; i < as_size(rank); ++i) bytes *= static_cast<double>(chunk[i]);
  return bytes;
}

/// HDF5 believes the size that lzf was told of and would read beyond the end of smaller chunks.
void expect_lzf_of_whole_chunks(hid_t dataset, hid_t creation, unsigned told, const std::string& what) {
  const double bytes = bytes_of_chunk(dataset, creation, what);
  require(told == bytes, "{} is damaged: its filter lzf makes chunks of {} bytes, and they have {:.0f}", what, told,
          bytes);
}

/// These two filters make chunks of a size that they were told of. They would cut off a part of what an earlier filter
/// has made longer, for example the checksum of fletcher32, and HDF5 reads beyond the end of what is left.
bool makes_chunks_of_fixed_size(H5Z_filter_t filter) {
  return filter == H5Z_FILTER_SCALEOFFSET || filter == H5Z_FILTER_NBIT;
}

void expect_filters(hid_t dataset, hid_t creation, const std::string& what) {
  make_lzf_available();
  const int count = H5Pget_nfilters(creation);
  bool has_another_size = false;
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0;
    std::array<unsigned, 8> parameters{};
    std::size_t parameter_count = parameters.size();
    std::array<char, 64> name{};
    const H5Z_filter_t filter = H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &parameter_count,
                                               parameters.data(), name.size() - 1, name.data(), nullptr);
    require(H5Zfilter_avail(filter) > 0,
            "{} is compressed with the filter {}, number {}, which is not there to read it (rewrite the dataset with "
            "gzip or without compression)",
            what, name[0] != '\0' ? name.data() : "without a name", filter);
    require(!has_another_size || !makes_chunks_of_fixed_size(filter),
            "{} was written with scaleoffset or nbit behind a filter that changes sizes, which loses data (rewrite the "
            "dataset with gzip or without compression)",
            what);
    has_another_size = has_another_size || filter != H5Z_FILTER_SHUFFLE;
    if (filter == lzf::filter) expect_lzf_of_whole_chunks(dataset, creation, parameters[lzf::chunk_bytes], what);
  }
}

hsize_t bytes_of(hid_t dataset) {
  hsize_t bytes = bytes_of_value(dataset);
  for (const Index extent : hdf5::extents(dataset)) bytes *= static_cast<hsize_t>(extent);
  return bytes;
}

/// How many times smaller the filters can make data at most; nothing where that is not known. A match of deflate, which
/// takes two bits at least, stands for 258 bytes; one of lzf, which takes three bytes, for 264.
std::optional<double> most_compression(hid_t creation) {
  constexpr double of_deflate = 1032.0;
  constexpr double of_lzf = 88.0;
  double most = 1.0;
  for (int i = 0; i < H5Pget_nfilters(creation); ++i) {
    std::size_t none = 0;
    const H5Z_filter_t filter =
        H5Pget_filter2(creation, static_cast<unsigned>(i), nullptr, &none, nullptr, 0, nullptr, nullptr);
    if (filter == H5Z_FILTER_SHUFFLE || filter == H5Z_FILTER_FLETCHER32) continue;
    if (filter != H5Z_FILTER_DEFLATE && filter != lzf::filter) return {};
    most *= filter == H5Z_FILTER_DEFLATE ? of_deflate : of_lzf;
  }
  return most;
}

/// How many chunks the dataset has, in floating point, since a file can claim more than an integer holds.
double chunks_of_extents(const std::vector<Index>& extents, hid_t creation, const std::string& what) {
  std::vector<hsize_t> chunk(extents.size());
  hdf5::check(H5Pget_chunk(creation, static_cast<int>(chunk.size()), chunk.data()), what);
  double count = 1.0;
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    const auto size = static_cast<Index>(chunk[i]);
    count *= static_cast<double>(extents[i] / size + (extents[i] % size != 0 ? 1 : 0));
  }
  return count;
}

/// Memory for the values is allocated before they are read, and a damaged file can claim any number of them. Chunks
/// that are stored as they are must have their size, or HDF5 would read beyond the end of them.
void expect_credible_size(hid_t dataset, hid_t creation, double chunks, const std::string& what) {
  const std::optional<double> most = most_compression(creation);
  const double claimed = chunks * bytes_of_chunk(dataset, creation, what);
  const hsize_t stored = H5Dget_storage_size(dataset);
  require(!most || claimed <= *most * static_cast<double>(stored),
          "{} is damaged: its chunks of {:.0f} bytes cannot be stored in {}", what, claimed, stored);
}

void expect_chunks(hid_t dataset, hid_t creation, const std::string& what) {
  expect_filters(dataset, creation, what);
  const double expected = chunks_of_extents(hdf5::extents(dataset), creation, what);
  const Handle space = hdf5::own(H5Dget_space(dataset), H5Sclose, what);
  hsize_t written = 0;
  hdf5::check(H5Dget_num_chunks(dataset, space.get(), &written), what);
  require(static_cast<double>(written) >= expected,
          "{} is not whole: {} of its {:.0f} chunks were ever written (write all values, zeros too)", what, written,
          expected);
  expect_credible_size(dataset, creation, expected, what);
}

/// The path under which HDF5 looks for an external file.
fs::path external_path(hid_t dataset, const std::string& name, const std::string& what) {
  const Handle access = hdf5::own(H5Dget_access_plist(dataset), H5Pclose, what);
  std::array<char, 4096> prefix{};
  hdf5::check(H5Pget_efile_prefix(access.get(), prefix.data(), prefix.size()) < 0 ? -1 : 0, what);
  return fs::path(prefix.data()) / name;
}

/// The external files follow each other; each gives `size` bytes from `offset` on.
void expect_external_files(hid_t dataset, hid_t creation, int count, const std::string& what) {
  hsize_t left = bytes_of(dataset);
  for (int i = 0; i < count; ++i) {
    std::array<char, 4096> name{};
    off_t offset = 0;
    hsize_t size = 0;
    hdf5::check(H5Pget_external(creation, static_cast<unsigned>(i), name.size() - 1, name.data(), &offset, &size),
                what);
    const hsize_t needed = std::min(size, left);
    const fs::path path = external_path(dataset, name.data(), what);
    std::error_code error;
    const std::uintmax_t found = fs::file_size(path, error);
    require(!error,
            "{} lies in the external file {}, which cannot be found (paths of such files count from the "
            "working directory)",
            what, path.string());
    require(needed == 0 || found >= static_cast<std::uintmax_t>(offset) + needed,
            "{} lies in the external file {}, which is cut short: it has {} bytes, and {} are needed", what,
            path.string(), found, static_cast<std::uintmax_t>(offset) + needed);
    left -= needed;
  }
}

void expect_contiguous(hid_t dataset, hid_t creation, const std::string& what) {
  const int external = H5Pget_external_count(creation);
  if (external > 0) return expect_external_files(dataset, creation, external, what);
  const hsize_t bytes = bytes_of(dataset);
  require(H5Dget_storage_size(dataset) >= bytes, "{} was never written", what);
  const Handle file{H5Iget_file_id(dataset), H5Fclose};
  hsize_t size = 0;
  hdf5::check(H5Fget_filesize(file.get(), &size), what);
  require(bytes <= size, "{} is damaged: it has {} bytes, more than its file, which has {}", what, bytes, size);
}

}  // namespace

hid_t open_up_to_the_first_gap(hid_t file, const std::string& name) {
  const Handle access = hdf5::own(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose, "dataset access");
  hdf5::check(H5Pset_virtual_view(access.get(), H5D_VDS_FIRST_MISSING), "dataset access");
  return H5Dopen2(file, name.c_str(), access.get());
}

void expect_whole(hid_t dataset, const std::string& what) {
  const Handle space = hdf5::own(H5Dget_space(dataset), H5Sclose, what);
  if (H5Sget_simple_extent_type(space.get()) == H5S_NULL) return;  // it has no values that could be missing
  const Handle creation = hdf5::own(H5Dget_create_plist(dataset), H5Pclose, what);
  const hsize_t bytes = bytes_of_value(dataset);
  require(bytes <= most_bytes_of_value, "{} has values of {} bytes, which no number has", what, bytes);
  switch (H5Pget_layout(creation.get())) {
    case H5D_CHUNKED:
      return expect_chunks(dataset, creation.get(), what);
    case H5D_CONTIGUOUS:
      return expect_contiguous(dataset, creation.get(), what);
    case H5D_VIRTUAL:
      return expect_sources(dataset, creation.get(), what);
    default:  // a compact dataset stands in the header of the file
      return;
  }
}

}  // namespace fullforce
