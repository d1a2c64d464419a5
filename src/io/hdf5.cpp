#include "fullforce/io/hdf5.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "fullforce/base/check.hpp"

namespace fullforce::hdf5 {
namespace {

herr_t keep_description(unsigned, const H5E_error2_t* entry, void* text) {
  if (entry->desc) *static_cast<std::string*>(text) = entry->desc;
  return 0;
}

herr_t append_name(hid_t, const char* name, const H5A_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

std::string read_fixed_string(hid_t attribute, hid_t type, const Handle& memory, const std::string& what) {
  const std::size_t size = H5Tget_size(type);
  check(H5Tset_size(memory.get(), size + 1), what);
  std::string text(size + 1, '\0');
  check(H5Aread(attribute, memory.get(), text.data()), what);
  text.resize(std::min(text.find('\0'), text.size()));
  if (H5Tget_strpad(type) == H5T_STR_SPACEPAD) text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string read_variable_string(hid_t attribute, const Handle& memory, const std::string& what) {
  check(H5Tset_size(memory.get(), H5T_VARIABLE), what);
  char* raw = nullptr;
  check(H5Aread(attribute, memory.get(), &raw), what);
  const std::string text = raw ? raw : "";
  H5free_memory(raw);
  return text;
}

std::string read_string(hid_t attribute, hid_t type, const std::string& what) {
  const Handle memory = own(H5Tcopy(H5T_C_S1), H5Tclose, what);
  check(H5Tset_cset(memory.get(), H5Tget_cset(type)), what);
  return H5Tis_variable_str(type) > 0 ? read_variable_string(attribute, memory, what)
                                      : read_fixed_string(attribute, type, memory, what);
}

template <class T>
T read_number(hid_t attribute, const std::string& what) {
  T value{};
  check(H5Aread(attribute, scalar_of<T>().memory, &value), what);
  return value;
}

void write_scalar(hid_t object, const std::string& name, hid_t file_type, hid_t memory_type, const void* value) {
  const std::string what = fmt::format("attribute {} cannot be written", name);
  const Handle space = own(H5Screate(H5S_SCALAR), H5Sclose, what);
  const Handle attribute =
      own(H5Acreate2(object, name.c_str(), file_type, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, what);
  check(H5Awrite(attribute.get(), memory_type, value), what);
}

void write_string(hid_t object, const std::string& name, const std::string& text) {
  const Handle type = own(H5Tcopy(H5T_C_S1), H5Tclose, "string type");
  check(H5Tset_size(type.get(), H5T_VARIABLE), "string type");
  check(H5Tset_cset(type.get(), H5T_CSET_UTF8), "string type");
  const char* raw = text.c_str();
  write_scalar(object, name, type.get(), type.get(), &raw);
}

template <class T>
void write_number(hid_t object, const std::string& name, T value) {
  write_scalar(object, name, scalar_of<T>().file, scalar_of<T>().memory, &value);
}

}  // namespace

void silence() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

std::string error_text() {
  std::string text = "unknown error";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_description, &text);
  return text;
}

Handle own(hid_t id, Handle::Closer closer, const std::string& what) {
  if (id < 0) throw RunError(fmt::format("{} (HDF5: {})", what, error_text()));
  return {id, closer};
}

void check(herr_t status, const std::string& what) {
  if (status < 0) throw RunError(fmt::format("{} (HDF5: {})", what, error_text()));
}

template <>
Scalar scalar_of<float>() {
  return {H5T_NATIVE_FLOAT, H5T_IEEE_F32LE, 4, "32-bit floating point"};
}
template <>
Scalar scalar_of<double>() {
  return {H5T_NATIVE_DOUBLE, H5T_IEEE_F64LE, 8, "64-bit floating point"};
}
template <>
Scalar scalar_of<std::int32_t>() {
  return {H5T_NATIVE_INT32, H5T_STD_I32LE, 4, "32-bit integer"};
}
template <>
Scalar scalar_of<std::int64_t>() {
  return {H5T_NATIVE_INT64, H5T_STD_I64LE, 8, "64-bit integer"};
}
template <>
Scalar scalar_of<std::uint64_t>() {
  return {H5T_NATIVE_UINT64, H5T_STD_U64LE, 8, "unsigned 64-bit integer"};
}

bool has_attribute(hid_t object, const std::string& name) { return H5Aexists(object, name.c_str()) > 0; }

std::vector<std::string> attribute_names(hid_t object) {
  std::vector<std::string> names;
  check(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, append_name, &names), "attributes cannot be listed");
  std::sort(names.begin(), names.end());
  return names;
}

Value read_attribute(hid_t object, const std::string& name) {
  const std::string what = fmt::format("attribute {} cannot be read", name);
  const Handle attribute = own(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, what);
  const Handle type = own(H5Aget_type(attribute.get()), H5Tclose, what);
  const Handle space = own(H5Aget_space(attribute.get()), H5Sclose, what);
  if (H5Sget_simple_extent_npoints(space.get()) != 1)
    throw RunError(fmt::format("attribute {} is not one value", name));
  switch (H5Tget_class(type.get())) {
    case H5T_INTEGER:
      return read_number<std::int64_t>(attribute.get(), what);
    case H5T_FLOAT:
      return read_number<double>(attribute.get(), what);
    case H5T_STRING:
      return read_string(attribute.get(), type.get(), what);
    default:
      throw RunError(fmt::format("attribute {} is neither a number nor a string", name));
  }
}

void write_attribute(hid_t object, const std::string& name, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return write_string(object, name, *text);
  if (const auto* number = std::get_if<double>(&value)) return write_number(object, name, *number);
  write_number(object, name, std::get<std::int64_t>(value));
}

std::vector<std::string> member_names(hid_t group) {
  H5G_info_t info{};
  check(H5Gget_info(group, &info), "group cannot be listed");
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const ssize_t length = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT);
    check(length < 0 ? -1 : 0, "group cannot be listed");
    std::string name(as_size(length), '\0');
    H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size() + 1, H5P_DEFAULT);
    names.push_back(std::move(name));
  }
  return names;
}

std::vector<Index> extents(hid_t dataset) {
  const Handle space = own(H5Dget_space(dataset), H5Sclose, "shape cannot be read");
  const int rank = H5Sget_simple_extent_ndims(space.get());
  check(rank, "shape cannot be read");
  std::vector<hsize_t> dims(as_size(rank));
  check(H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr), "shape cannot be read");
  return {dims.begin(), dims.end()};
}

std::string to_text(const std::vector<Index>& extents) { return fmt::format("[{}]", fmt::join(extents, ", ")); }

Handle open_serially(const std::filesystem::path& path) {
  silence();
  return own(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose,
             fmt::format("{} cannot be opened", path.string()));
}

Handle create_serially(const std::filesystem::path& path) {
  silence();
  return own(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose,
             fmt::format("{} cannot be created", path.string()));
}

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
  const std::vector<hsize_t> dims(extents.begin(), extents.end());
  const Handle space = own(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), H5Sclose, what);
  const Handle dataset =
      own(H5Dcreate2(file, name.c_str(), scalar_of<T>().file, space.get(), links.get(), H5P_DEFAULT, H5P_DEFAULT),
          H5Dclose, what);
  if (values.empty()) return;
  check(H5Dwrite(dataset.get(), scalar_of<T>().memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), what);
}

template void write_dataset(hid_t, const std::string&, const std::vector<Index>&, const std::vector<double>&);
template void write_dataset(hid_t, const std::string&, const std::vector<Index>&, const std::vector<Index>&);

}  // namespace fullforce::hdf5
