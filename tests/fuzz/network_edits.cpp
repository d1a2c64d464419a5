#include "network_edits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "../../src/io/block_checksums.hpp"
#include "../../src/io/seal.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/io/hdf5.hpp"
#include "hdf5_edits.hpp"
#include "scratch_folder.hpp"
#include "words.hpp"

namespace fullforce {
namespace {

using hdf5::Handle;

constexpr std::size_t place_of_own_checksum = 16;

/// Datasets beyond this size keep their checksums.
constexpr hsize_t most_bytes = 1 << 20;

/// Replaces the value of a key of the configuration in the file.
void change_config(const std::filesystem::path& path, Words& words) {
  const std::string key = words.text();
  const std::string value = words.rest();
  const Handle file{H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose};
  if (file.get() < 0 || !hdf5::has_attribute(file.get(), format::root::config)) return;
  std::string config = std::get<std::string>(hdf5::read_attribute(file.get(), format::root::config));
  const std::size_t dot = std::min(key.find('.'), key.size());
  const std::string name = fmt::format("\n{} = ", key.substr(std::min(dot + 1, key.size())));
  const std::size_t section = config.find(fmt::format("[{}]", key.substr(0, dot)));
  const std::size_t begin = section == std::string::npos ? section : config.find(name, section);
  if (begin == std::string::npos)
    config += value;
  else
    config.replace(begin, config.find('\n', begin + 1) - begin, name + value);
  H5Adelete(file.get(), format::root::config);
  hdf5::write_attribute(file.get(), format::root::config, config);
}

/// Gives one dataset a checksum of all its bytes.
void write_checksum(hid_t file, const std::string& name, hid_t dataset) {
  const Handle type{H5Dget_type(dataset), H5Tclose};
  const Handle space{H5Dget_space(dataset), H5Sclose};
  const hssize_t values = H5Sget_simple_extent_npoints(space.get());
  const hsize_t bytes = static_cast<hsize_t>(values) * H5Tget_size(type.get());
  if (values < 0 || static_cast<hsize_t>(values) > most_bytes || bytes > most_bytes) return;
  std::vector<std::byte> content(bytes + 1);
  if (H5Dread(dataset, type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, content.data()) < 0) return;
  const std::vector<Index> extents = hdf5::extents(dataset);
  const Index rows = extents.empty() ? 1 : std::max<Index>(1, extents[0]);
  const std::string sums = format::checksums::group + name;
  const std::uint64_t sum = XXH3_64bits(content.data(), bytes);
  const hsize_t one = 1;
  H5Ldelete(file, sums.c_str(), H5P_DEFAULT);
  const Handle links{H5Pcreate(H5P_LINK_CREATE), H5Pclose};
  H5Pset_create_intermediate_group(links.get(), 1);
  const Handle one_value{H5Screate_simple(1, &one, nullptr), H5Sclose};
  const Handle made{
      H5Dcreate2(file, sums.c_str(), H5T_STD_U64LE, one_value.get(), links.get(), H5P_DEFAULT, H5P_DEFAULT), H5Dclose};
  if (made.get() < 0) return;
  H5Dwrite(made.get(), H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, &sum);
  hdf5::write_attribute(made.get(), format::checksums::block_rows, rows);
}

herr_t collect_dataset(hid_t, const char* name, const H5O_info_t* info, void* names) {
  const std::string path = fmt::format("/{}", name);
  if (info->type == H5O_TYPE_DATASET && !path.starts_with(std::string(format::checksums::group) + "/"))
    static_cast<std::vector<std::string>*>(names)->push_back(path);
  return 0;
}

void write_checksums(const std::filesystem::path& path) {
  const Handle file{H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose};
  if (file.get() < 0) return;
  std::vector<std::string> names;
  H5Ovisit2(file.get(), H5_INDEX_NAME, H5_ITER_INC, collect_dataset, &names, H5O_INFO_BASIC);
  for (const std::string& name : names) {
    const Handle dataset{H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT), H5Dclose};
    if (dataset.get() >= 0) write_checksum(file.get(), name, dataset.get());
  }
}

void forge(const std::filesystem::path& path, Words& words) {
  std::string bytes = bytes_of_file(path);
  const auto block = static_cast<std::size_t>(seal::bytes);
  if (bytes.size() < block) return;
  const std::size_t place = static_cast<std::size_t>(words.integer()) % (block / sizeof(std::int64_t));
  const std::int64_t number = words.integer();
  std::memcpy(&bytes[place * sizeof number], &number, sizeof number);
  std::memset(&bytes[place_of_own_checksum], 0, sizeof(std::uint64_t));
  const std::uint64_t sum = XXH3_64bits(bytes.data(), block);
  std::memcpy(&bytes[place_of_own_checksum], &sum, sizeof sum);
  write_file(path, bytes);
}

}  // namespace

void NetworkEdits::before_sealing(std::string_view line) {
  Words words(line);
  const std::string_view what = words.next();
  if (what == "stale")
    stale_ = true;
  else if (what == "config")
    change_config(path_, words);
  else
    edit_hdf5(path_, line);
}

void NetworkEdits::seal() const {
  if (!stale_) write_checksums(path_);
  seal::write(path_, {});
}

void NetworkEdits::after_sealing(std::string_view line) const {
  Words words(line);
  if (words.next() == "forge")
    forge(path_, words);
  else
    edit_bytes(path_, line);
}

}  // namespace fullforce
