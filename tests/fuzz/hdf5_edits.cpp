#include "hdf5_edits.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <numeric>
#include <vector>

#include "fullforce/io/hdf5.hpp"
#include "words.hpp"

namespace fullforce {
namespace {

using hdf5::Handle;

/// More values than these are not written.
constexpr hsize_t most_values = 4096;

Handle owned_type(hid_t id) { return {id, H5Tclose}; }

hid_t changed(hid_t copy, void (*change)(hid_t)) {
  change(copy);
  return copy;
}

hid_t enumeration(const char* zero, const char* one) {
  const hid_t type = H5Tenum_create(H5T_STD_I8LE);
  signed char value = 0;
  H5Tenum_insert(type, zero, &value);
  value = 1;
  H5Tenum_insert(type, one, &value);
  return type;
}

hid_t pair_of(hid_t first, hid_t second) {
  const std::size_t size = H5Tget_size(first);
  const hid_t type = H5Tcreate(H5T_COMPOUND, size + H5Tget_size(second));
  H5Tinsert(type, "r", 0, first);
  H5Tinsert(type, "i", size, second);
  return type;
}

constexpr std::array<std::string_view, 25> types = {
    "i8",    "u8",   "i16",  "u16",     "i32",  "u32",  "i64",   "u64",   "f16",   "f32",  "f64",    "f80", "i64be",
    "f64be", "bool", "enum", "complex", "pair", "text", "words", "lists", "array", "bits", "opaque", "odd"};

Handle type_of(std::string_view word) {
  switch (choice_of(word, types)) {
    case 0:
      return owned_type(H5Tcopy(H5T_STD_I8LE));
    case 1:
      return owned_type(H5Tcopy(H5T_STD_U8LE));
    case 2:
      return owned_type(H5Tcopy(H5T_STD_I16LE));
    case 3:
      return owned_type(H5Tcopy(H5T_STD_U16LE));
    case 4:
      return owned_type(H5Tcopy(H5T_STD_I32LE));
    case 5:
      return owned_type(H5Tcopy(H5T_STD_U32LE));
    case 6:
      return owned_type(H5Tcopy(H5T_STD_I64LE));
    case 7:
      return owned_type(H5Tcopy(H5T_STD_U64LE));
    case 8:
      return owned_type(changed(H5Tcopy(H5T_IEEE_F32LE), [](hid_t type) {
        H5Tset_fields(type, 15, 10, 5, 0, 10);
        H5Tset_size(type, 2);
        H5Tset_ebias(type, 15);
      }));
    case 9:
      return owned_type(H5Tcopy(H5T_IEEE_F32LE));
    case 10:
      return owned_type(H5Tcopy(H5T_IEEE_F64LE));
    case 11:
      return owned_type(H5Tcopy(H5T_NATIVE_LDOUBLE));
    case 12:
      return owned_type(H5Tcopy(H5T_STD_I64BE));
    case 13:
      return owned_type(H5Tcopy(H5T_IEEE_F64BE));
    case 14:
      return owned_type(enumeration("FALSE", "TRUE"));
    case 15:
      return owned_type(enumeration("no", "yes"));
    case 16:
      return owned_type(pair_of(H5T_IEEE_F64LE, H5T_IEEE_F64LE));
    case 17:
      return owned_type(pair_of(H5T_STD_I32LE, H5T_C_S1));
    case 18:
      return owned_type(changed(H5Tcopy(H5T_C_S1), [](hid_t type) { H5Tset_size(type, 8); }));
    case 19:
      return owned_type(changed(H5Tcopy(H5T_C_S1), [](hid_t type) { H5Tset_size(type, H5T_VARIABLE); }));
    case 20:
      return owned_type(H5Tvlen_create(H5T_STD_I32LE));
    case 21: {
      const hsize_t two = 2;
      return owned_type(H5Tarray_create2(H5T_IEEE_F64LE, 1, &two));
    }
    case 22:
      return owned_type(H5Tcopy(H5T_STD_B32LE));
    case 23:
      return owned_type(H5Tcreate(H5T_OPAQUE, 16));
    default:
      return owned_type(changed(H5Tcopy(H5T_STD_I64LE), [](hid_t type) {
        H5Tset_precision(type, 37);
        H5Tset_offset(type, 5);
      }));
  }
}

std::vector<hsize_t> numbers_of(std::string_view text) {
  std::vector<hsize_t> numbers;
  for (const std::string_view part : split(text, ',')) numbers.push_back(static_cast<hsize_t>(integer_of(part)));
  if (numbers.size() > H5S_MAX_RANK) numbers.resize(H5S_MAX_RANK);
  return numbers;
}

Handle space_of(std::string_view extents) {
  if (extents.empty() || extents == "-") return {H5Screate(H5S_SCALAR), H5Sclose};
  if (extents == "null") return {H5Screate(H5S_NULL), H5Sclose};
  const std::vector<hsize_t> dims = numbers_of(extents);
  std::vector<hsize_t> most = dims;
  for (std::size_t k = 0; k < dims.size(); ++k)
    if (split(extents, ',')[k].ends_with('*')) most[k] = H5S_UNLIMITED;
  return {H5Screate_simple(static_cast<int>(dims.size()), dims.data(), most.data()), H5Sclose};
}

/// The number of values, or none where HDF5 has no answer.
hsize_t values_in(hid_t space) {
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  return count < 0 ? 0 : static_cast<hsize_t>(count);
}

bool is_number(hid_t type) {
  const H5T_class_t kind = H5Tget_class(type);
  return kind == H5T_INTEGER || kind == H5T_FLOAT;
}

constexpr std::array<std::string_view, 6> layouts = {"contiguous", "compact",  "chunked",
                                                     "early",      "external", "virtual"};

/// A virtual dataset takes all from one source: virtual:FILE:DATASET.
void set_virtual(hid_t creation, const Handle& space, const std::vector<std::string_view>& parts) {
  const std::string file = parts.size() > 1 ? std::string(parts[1]) : ".";
  const std::string dataset = parts.size() > 2 ? std::string(parts[2]) : "inputs";
  H5Pset_virtual(creation, space.get(), file.c_str(), dataset.c_str(), space.get());
}

void set_layout(hid_t creation, const Handle& space, std::string_view word, std::size_t bytes_of_value) {
  const std::vector<std::string_view> parts = split(word, ':');
  const hsize_t bytes = values_in(space.get()) * bytes_of_value;
  switch (choice_of(parts.empty() ? "" : parts[0], layouts)) {
    case 1:
      H5Pset_layout(creation, H5D_COMPACT);
      return;
    case 2: {
      const std::vector<hsize_t> chunk = numbers_of(parts.size() > 1 ? parts[1] : "2");
      H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data());
      return;
    }
    case 3:
      if (bytes <= most_values) H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY);
      return;
    case 4:
      H5Pset_external(creation, parts.size() > 1 ? std::string(parts[1]).c_str() : "raw.bin", 0, bytes);
      return;
    case 5:
      set_virtual(creation, space, parts);
      return;
    default:
      return;
  }
}

constexpr std::array<std::string_view, 7> filters = {"none", "gzip", "shuffle", "fletcher32", "nbit", "scale", "szip"};

void add_filter(hid_t creation, std::string_view word) {
  switch (choice_of(word, filters)) {
    case 1:
      H5Pset_deflate(creation, 1);
      return;
    case 2:
      H5Pset_shuffle(creation);
      return;
    case 3:
      H5Pset_fletcher32(creation);
      return;
    case 4:
      H5Pset_nbit(creation);
      return;
    case 5:
      H5Pset_scaleoffset(creation, H5Z_SO_FLOAT_DSCALE, 2);
      return;
    case 6:
      H5Pset_szip(creation, H5_SZIP_NN_OPTION_MASK, 8);
      return;
    default:
      return;
  }
}

/// The numbers that are left, repeated to `count`.
std::vector<double> values_of(Words& words, hsize_t count) {
  std::vector<double> given;
  while (!words.at_end()) given.push_back(words.number());
  std::vector<double> values(count);
  for (std::size_t i = 0; i < values.size() && !given.empty(); ++i) values[i] = given[i % given.size()];
  return values;
}

/// Numbers are converted to the type of the file; of any other type all bytes are zero.
void write_values(hid_t dataset, Words& words) {
  const Handle type = owned_type(H5Dget_type(dataset));
  const Handle space{H5Dget_space(dataset), H5Sclose};
  const hsize_t count = values_in(space.get());
  const Handle creation{H5Dget_create_plist(dataset), H5Pclose};
  // HDF5 would follow a virtual dataset to its source without end where that is the dataset itself.
  const bool is_virtual = H5Pget_layout(creation.get()) == H5D_VIRTUAL;
  if (words.at_end() || is_virtual || count == 0 || count > most_values) return;
  if (is_number(type.get())) {
    const std::vector<double> values = values_of(words, count);
    H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  } else {
    const std::vector<char> zeros(count * H5Tget_size(type.get()));
    H5Dwrite(dataset, type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, zeros.data());
  }
}

Handle parents() {
  Handle links{H5Pcreate(H5P_LINK_CREATE), H5Pclose};
  H5Pset_create_intermediate_group(links.get(), 1);
  return links;
}

bool exists(hid_t file, const std::string& path) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    if (H5Lexists(file, path.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
  }
  return true;
}

void remove(hid_t file, const std::string& path) {
  if (exists(file, path)) H5Ldelete(file, path.c_str(), H5P_DEFAULT);
}

void make_dataset(hid_t file, Words& words) {
  const std::string path = words.text();
  const Handle type = type_of(words.next());
  const Handle space = space_of(words.next());
  const Handle creation{H5Pcreate(H5P_DATASET_CREATE), H5Pclose};
  // HDF5 wants to fill what has a varying length.
  const bool varies = H5Tdetect_class(type.get(), H5T_VLEN) > 0 || H5Tis_variable_str(type.get()) > 0;
  if (!varies) H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER);
  set_layout(creation.get(), space, words.next(), H5Tget_size(type.get()));
  for (const std::string_view filter : split(words.next(), ','))
    if (is_number(type.get())) add_filter(creation.get(), filter);
  remove(file, path);
  const Handle set{
      H5Dcreate2(file, path.c_str(), type.get(), space.get(), parents().get(), creation.get(), H5P_DEFAULT), H5Dclose};
  if (set.get() >= 0) write_values(set.get(), words);
}

void change_values(hid_t file, Words& words) {
  const std::string path = words.text();
  if (!exists(file, path)) return;
  const Handle set{H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose};
  if (set.get() >= 0) write_values(set.get(), words);
}

std::vector<unsigned char> bytes_of(std::string_view hexadecimal) {
  std::vector<unsigned char> bytes;
  for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2)
    bytes.push_back(
        static_cast<unsigned char>(std::strtoul(std::string(hexadecimal.substr(i, 2)).c_str(), nullptr, 16)));
  return bytes;
}

/// Writes the bytes of a chunk as they are, past the filters.
void write_chunk(hid_t file, Words& words) {
  const std::string path = words.text();
  if (!exists(file, path)) return;
  const Handle set{H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose};
  if (set.get() < 0) return;
  const Handle space{H5Dget_space(set.get()), H5Sclose};
  std::vector<hsize_t> offsets = numbers_of(words.next());
  if (values_in(space.get()) == 0) return;  // HDF5 would crash
  const int rank = H5Sget_simple_extent_ndims(space.get());
  offsets.resize(rank < 0 ? 0 : static_cast<std::size_t>(rank));
  const auto mask = static_cast<std::uint32_t>(words.integer());
  const std::vector<unsigned char> bytes = bytes_of(words.next());
  H5Dwrite_chunk(set.get(), H5P_DEFAULT, mask, offsets.data(), bytes.size(), bytes.data());
}

/// Text of a fixed length has the length of its value, so that long texts are not cut.
void write_text_attribute(hid_t attribute, hid_t type, const std::string& text) {
  const char* raw = text.c_str();
  H5Awrite(attribute, type, H5Tis_variable_str(type) > 0 ? static_cast<const void*>(&raw) : raw);
}

void set_attribute(hid_t file, Words& words) {
  const std::string path = words.text();
  const std::string name = words.text();
  const Handle type = type_of(words.next());
  const Handle space = space_of(words.next());
  const Handle object{H5Oopen(file, path.c_str(), H5P_DEFAULT), H5Oclose};
  const hsize_t count = values_in(space.get());
  if (object.get() < 0 || name.empty() || count > most_values) return;
  const bool is_text = H5Tget_class(type.get()) == H5T_STRING;
  const std::string text = is_text ? words.rest() : "";
  if (is_text && H5Tis_variable_str(type.get()) <= 0) H5Tset_size(type.get(), text.size() + 1);
  if (H5Aexists(object.get(), name.c_str()) > 0) H5Adelete(object.get(), name.c_str());
  const Handle attribute{H5Acreate2(object.get(), name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT),
                         H5Aclose};
  if (attribute.get() < 0) return;
  if (is_text && count == 1) return write_text_attribute(attribute.get(), type.get(), text);
  if (is_number(type.get())) {
    const std::vector<double> values = values_of(words, std::max<hsize_t>(count, 1));
    H5Awrite(attribute.get(), H5T_NATIVE_DOUBLE, values.data());
  } else {
    const std::vector<char> zeros(std::max<hsize_t>(count, 1) * H5Tget_size(type.get()));
    H5Awrite(attribute.get(), type.get(), zeros.data());
  }
}

constexpr std::array<std::string_view, 3> links = {"hard", "soft", "external"};

void make_link(hid_t file, Words& words) {
  const std::size_t kind = choice_of(words.next(), links);
  const std::string first = words.text();
  const std::string second = words.text();
  const Handle with_parents = parents();
  if (kind == 0) H5Lcreate_hard(file, first.c_str(), file, second.c_str(), with_parents.get(), H5P_DEFAULT);
  if (kind == 1) H5Lcreate_soft(first.c_str(), file, second.c_str(), with_parents.get(), H5P_DEFAULT);
  if (kind == 2)
    H5Lcreate_external(first.c_str(), second.c_str(), file, words.text().c_str(), with_parents.get(), H5P_DEFAULT);
}

void edit(hid_t file, std::string_view what, Words& words) {
  if (what == "remove") return remove(file, words.text());
  if (what == "dataset") return make_dataset(file, words);
  if (what == "values") return change_values(file, words);
  if (what == "chunk") return write_chunk(file, words);
  if (what == "attribute") return set_attribute(file, words);
  if (what == "link") return make_link(file, words);
  if (what == "move") {
    const std::string from = words.text(), to = words.text();
    const Handle with_parents = parents();
    if (exists(file, from)) H5Lmove(file, from.c_str(), file, to.c_str(), with_parents.get(), H5P_DEFAULT);
  }
  if (what == "group") {
    const Handle with_parents = parents();
    const Handle group{H5Gcreate2(file, words.text().c_str(), with_parents.get(), H5P_DEFAULT, H5P_DEFAULT), H5Gclose};
  }
}

std::vector<char> read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const std::filesystem::path& path, const std::vector<char>& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void invert_bits(std::vector<char>& bytes, std::size_t position, int bits) {
  const auto not_zero =
      static_cast<std::size_t>(std::count_if(bytes.begin(), bytes.end(), [](char byte) { return byte != 0; }));
  if (not_zero == 0) return;
  std::size_t left = position % not_zero;
  for (char& byte : bytes)
    if (byte != 0 && left-- == 0) {
      byte = static_cast<char>(byte ^ bits);
      return;
    }
}

}  // namespace

void edit_hdf5(const std::filesystem::path& path, std::string_view line) {
  hdf5::silence();
  Words words(line);
  const std::string_view what = words.next();
  const Handle file{H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose};
  if (file.get() >= 0) edit(file.get(), what, words);
}

bool edit_bytes(const std::filesystem::path& path, std::string_view line) {
  Words words(line);
  const std::string_view what = words.next();
  if (what != "byte" && what != "cut" && what != "append") return false;
  std::vector<char> bytes = read_bytes(path);
  const auto number = static_cast<std::size_t>(words.integer());
  if (what == "byte") invert_bits(bytes, number, static_cast<int>(words.integer() & 0xff));
  if (what == "cut") bytes.resize(std::min(bytes.size(), number));
  if (what == "append") bytes.resize(bytes.size() + std::min<std::size_t>(number, 65536), 'x');
  write_bytes(path, bytes);
  return true;
}

}  // namespace fullforce
