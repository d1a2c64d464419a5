#include <fmt/format.h>

#include <algorithm>

#include "fullforce/base/check.hpp"
#include "fullforce/io/hdf5.hpp"

namespace fullforce::hdf5 {
namespace {

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
  text.erase(text.find_last_not_of(' ') + 1);  // not every program that pads with spaces says so in the type
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

}  // namespace fullforce::hdf5
