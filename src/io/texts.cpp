#include "texts.hpp"

#include <algorithm>

#include "fullforce/base/check.hpp"
#include "fullforce/base/utf8.hpp"
#include "fullforce/io/hdf5.hpp"

namespace fullforce {
namespace {

using hdf5::Handle;

bool is_attribute(hid_t object) { return H5Iget_type(object) == H5I_ATTR; }

Handle type_of(hid_t object) {
  return hdf5::own(is_attribute(object) ? H5Aget_type(object) : H5Dget_type(object), H5Tclose, "type cannot be read");
}

Handle space_of(hid_t object) {
  return hdf5::own(is_attribute(object) ? H5Aget_space(object) : H5Dget_space(object), H5Sclose,
                   "shape cannot be read");
}

void read(hid_t object, const Handle& memory, void* into, const std::string& what) {
  hdf5::check(is_attribute(object) ? H5Aread(object, memory.get(), into)
                                   : H5Dread(object, memory.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, into),
              what);
}

std::vector<std::string> read_fixed(hid_t object, const Handle& memory, std::size_t count, std::size_t size,
                                    const std::string& what) {
  const std::size_t width = size + 1;  // with a zero behind each string
  hdf5::check(H5Tset_size(memory.get(), width), what);
  std::string all(count * width, '\0');
  read(object, memory, all.data(), what);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text = all.data() + i * width;
    text.erase(text.find_last_not_of(' ') + 1);  // not every program that pads with spaces says so in the type
    texts.push_back(std::move(text));
  }
  return texts;
}

std::vector<std::string> read_variable(hid_t object, const Handle& memory, std::size_t count, const std::string& what) {
  hdf5::check(H5Tset_size(memory.get(), H5T_VARIABLE), what);
  std::vector<char*> raw(count);
  read(object, memory, raw.data(), what);
  std::vector<std::string> texts;
  for (const char* text : raw) texts.emplace_back(text ? text : "");
  const Handle space = space_of(object);
  H5Dvlen_reclaim(memory.get(), space.get(), H5P_DEFAULT, raw.data());
  return texts;
}

Handle text_type(const std::string& what) {
  Handle type = hdf5::own(H5Tcopy(H5T_C_S1), H5Tclose, what);
  hdf5::check(H5Tset_size(type.get(), H5T_VARIABLE), what);
  hdf5::check(H5Tset_cset(type.get(), H5T_CSET_UTF8), what);
  return type;
}

std::vector<const char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  return pointers;
}

}  // namespace

void write_texts(hid_t file, const char* name, const std::vector<std::string>& texts) {
  const std::string what = fmt::format("dataset {} cannot be written", name);
  const Handle type = text_type(what);
  const Handle space = hdf5::data_space({static_cast<Index>(texts.size())}, what);
  const Handle set =
      hdf5::own(H5Dcreate2(file, name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose, what);
  hdf5::check(H5Dwrite(set.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers_to(texts).data()), what);
}

void write_text_attribute(hid_t object, const char* name, const std::vector<std::string>& texts) {
  const std::string what = fmt::format("attribute {} cannot be written", name);
  const Handle type = text_type(what);
  const Handle space = hdf5::data_space({static_cast<Index>(texts.size())}, what);
  const Handle attribute =
      hdf5::own(H5Acreate2(object, name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, what);
  hdf5::check(H5Awrite(attribute.get(), type.get(), pointers_to(texts).data()), what);
}

bool holds_texts(hid_t object) { return H5Tget_class(type_of(object).get()) == H5T_STRING; }

std::vector<std::string> read_texts(hid_t object, const std::string& what) {
  const std::string failed = fmt::format("{} cannot be read", what);
  const Handle type = type_of(object);
  const Handle space = space_of(object);
  const hssize_t count = H5Sget_simple_extent_npoints(space.get());
  hdf5::check(count < 0 ? -1 : 0, failed);
  const Handle memory = hdf5::own(H5Tcopy(H5T_C_S1), H5Tclose, failed);
  hdf5::check(H5Tset_cset(memory.get(), H5Tget_cset(type.get())), failed);
  const std::vector<std::string> texts =
      H5Tis_variable_str(type.get()) > 0 ? read_variable(object, memory, as_size(count), failed)
                                         : read_fixed(object, memory, as_size(count), H5Tget_size(type.get()), failed);
  for (std::size_t i = 0; i < texts.size(); ++i)
    require(printable(texts[i]) == texts[i], "{}: its text number {}, \"{}\", is not one line of valid UTF-8", what, i,
            printable(texts[i]));
  return texts;
}

}  // namespace fullforce
