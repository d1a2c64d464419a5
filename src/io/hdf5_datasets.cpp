#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "fullforce/base/check.hpp"
#include "fullforce/io/hdf5.hpp"

namespace fullforce::hdf5 {

namespace {

/// No file holds more values. Numbers of bytes and of values therefore fit into an Index.
constexpr double most_values = 0x1.0p56;

}  // namespace

std::vector<Index> extents(hid_t dataset) {
  const Handle space = own(H5Dget_space(dataset), H5Sclose, "shape cannot be read");
  const int rank = H5Sget_simple_extent_ndims(space.get());
  check(rank, "shape cannot be read");
  std::vector<hsize_t> dims(as_size(rank));
  check(H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr), "shape cannot be read");
  double values = 1.0;
  for (const hsize_t dim : dims) values *= static_cast<double>(std::max<hsize_t>(1, dim));
  if (values > most_values)
    throw RunError(fmt::format("the shape [{}] is larger than any file", fmt::join(dims, ", ")));
  return {dims.begin(), dims.end()};
}

std::optional<Scalar> scalar_of_dataset(hid_t dataset, const std::string& what) {
  const Handle type = own(H5Dget_type(dataset), H5Tclose, what);
  for (const Scalar& scalar :
       {scalar_of<double>(), scalar_of<float>(), scalar_of<std::int64_t>(), scalar_of<std::int32_t>()})
    if (H5Tequal(type.get(), scalar.file) > 0) return scalar;
  return {};
}

Handle data_space(const std::vector<Index>& extents, const std::string& what) {
  const std::vector<hsize_t> dims(extents.begin(), extents.end());
  return own(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), H5Sclose, what);
}

void select_rows(const Handle& file_space, const Handle& memory_space, Index first, const std::vector<Index>& extents) {
  if (extents[0] == 0) {
    check(H5Sselect_none(memory_space.get()), "data space");
    check(H5Sselect_none(file_space.get()), "data space");
    return;
  }
  std::vector<hsize_t> start(extents.size(), 0);
  start[0] = static_cast<hsize_t>(first);
  const std::vector<hsize_t> dims(extents.begin(), extents.end());
  check(H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, start.data(), nullptr, dims.data(), nullptr),
        "data space");
}

std::string to_text(const std::vector<Index>& extents) { return fmt::format("[{}]", fmt::join(extents, ", ")); }

template <class T>
void write_dataset(hid_t file, const std::string& name, const std::vector<Index>& extents,
                   const std::vector<T>& values) {
  const std::string what = fmt::format("dataset {} cannot be written", name);
  const Index count = std::accumulate(extents.begin(), extents.end(), Index{1}, std::multiplies<>());
  if (static_cast<Index>(values.size()) != count)
    throw RunError(
        fmt::format("{} has {} values, its shape {} wants {}", name, values.size(), to_text(extents), count));
  const Handle links = own(H5Pcreate(H5P_LINK_CREATE), H5Pclose, what);
  check(H5Pset_create_intermediate_group(links.get(), 1), what);
  const Handle space = data_space(extents, what);
  const Handle dataset =
      own(H5Dcreate2(file, name.c_str(), scalar_of<T>().file, space.get(), links.get(), H5P_DEFAULT, H5P_DEFAULT),
          H5Dclose, what);
  if (values.empty()) return;
  check(H5Dwrite(dataset.get(), scalar_of<T>().memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), what);
}

template void write_dataset(hid_t, const std::string&, const std::vector<Index>&, const std::vector<double>&);
template void write_dataset(hid_t, const std::string&, const std::vector<Index>&, const std::vector<Index>&);
template void write_dataset(hid_t, const std::string&, const std::vector<Index>&, const std::vector<std::uint8_t>&);

}  // namespace fullforce::hdf5
