#include "whole_dataset.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include "fullforce/base/check.hpp"
#include "fullforce/io/hdf5.hpp"
#include "lzf_filter.hpp"
#include "virtual_sources.hpp"

namespace fullforce {
namespace {

namespace fs = std::filesystem;
using hdf5::Handle;

void expect_filters(hid_t creation, const std::string& what) {
  make_lzf_available();
  const int count = H5Pget_nfilters(creation);
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0;
    std::size_t parameters = 0;
    std::array<char, 64> name{};
    const H5Z_filter_t filter = H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &parameters, nullptr,
                                               name.size() - 1, name.data(), nullptr);
    require(H5Zfilter_avail(filter) > 0,
            "{} is compressed with the filter {}, number {}, which is not there to read it (rewrite the dataset with "
            "gzip or without compression)",
            what, name[0] != '\0' ? name.data() : "without a name", filter);
  }
}

hsize_t bytes_of(hid_t dataset) {
  const Handle type = hdf5::own(H5Dget_type(dataset), H5Tclose, "type cannot be read");
  const Handle space = hdf5::own(H5Dget_space(dataset), H5Sclose, "shape cannot be read");
  return static_cast<hsize_t>(H5Sget_simple_extent_npoints(space.get())) * H5Tget_size(type.get());
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

void expect_chunks(hid_t dataset, hid_t creation, const std::string& what) {
  expect_filters(creation, what);
  const double expected = chunks_of_extents(hdf5::extents(dataset), creation, what);
  const Handle space = hdf5::own(H5Dget_space(dataset), H5Sclose, what);
  hsize_t written = 0;
  hdf5::check(H5Dget_num_chunks(dataset, space.get(), &written), what);
  require(static_cast<double>(written) >= expected,
          "{} is not whole: {} of its {:.0f} chunks were ever written (write all values, zeros too)", what, written,
          expected);
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
  require(H5Dget_storage_size(dataset) >= bytes_of(dataset), "{} was never written", what);
}

}  // namespace

hid_t open_up_to_the_first_gap(hid_t file, const std::string& name) {
  const Handle access = hdf5::own(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose, "dataset access");
  hdf5::check(H5Pset_virtual_view(access.get(), H5D_VDS_FIRST_MISSING), "dataset access");
  return H5Dopen2(file, name.c_str(), access.get());
}

void expect_whole(hid_t dataset, const std::string& what) {
  const Handle creation = hdf5::own(H5Dget_create_plist(dataset), H5Pclose, what);
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
