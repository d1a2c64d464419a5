#pragma once
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "fullforce/io/hdf5.hpp"

namespace fullforce::hdf5 {

/// Files that one process reads or writes alone.
Handle create_serial(const std::filesystem::path& path);

/// An array of `shape`, row-major.
template <class T>
void write_array(hid_t file, const std::string& name, const std::vector<T>& values, const std::vector<Index>& shape) {
  const std::vector<hsize_t> extent(shape.begin(), shape.end());
  const Handle space(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose);
  const std::string problem = "cannot write dataset " + name;
  const Handle dataset = checked(Handle(H5Dcreate2(file, name.c_str(), memory_type<T>(), space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose), problem);
  if (!values.empty()) check(H5Dwrite(dataset.get(), memory_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), problem);
}

template <class T>
void write_number(hid_t object, const std::string& name, T value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const std::string problem = "cannot write attribute " + name;
  const Handle attribute = checked(Handle(H5Acreate2(object, name.c_str(), memory_type<T>(), space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose), problem);
  check(H5Awrite(attribute.get(), memory_type<T>(), &value), problem);
}

template <class T>
T read_number(hid_t object, const std::string& name) {
  const std::string problem = "attribute " + name + " is missing or not a number";
  const Handle attribute = checked(Handle(H5Aexists(object, name.c_str()) > 0 ? H5Aopen(object, name.c_str(), H5P_DEFAULT) : -1, H5Aclose), problem);
  const Handle space(H5Aget_space(attribute.get()), H5Sclose);
  if (H5Sget_simple_extent_npoints(space.get()) != 1) throw std::runtime_error(problem);
  T value{};
  check(H5Aread(attribute.get(), memory_type<T>(), &value), problem);
  return value;
}

}  // namespace fullforce::hdf5
