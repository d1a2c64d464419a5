#include "number_types.hpp"

#include "fullforce/io/hdf5.hpp"

namespace fullforce {
namespace {

/// h5py stores bool as an enumeration of FALSE = 0 and TRUE = 1.
bool is_bool(hid_t type) {
  if (H5Tget_nmembers(type) != 2 || H5Tget_size(type) > sizeof(std::int64_t)) return false;
  const hdf5::Handle integer = hdf5::own(H5Tget_super(type), H5Tclose, "type cannot be read");
  for (unsigned i = 0; i < 2; ++i) {
    char* name = H5Tget_member_name(type, i);
    const std::string text = name ? name : "";
    H5free_memory(name);
    std::int64_t value = 0;
    hdf5::check(H5Tget_member_value(type, i, &value), "type cannot be read");
    hdf5::check(H5Tconvert(integer.get(), H5T_NATIVE_INT64, 1, &value, nullptr, H5P_DEFAULT), "type cannot be read");
    if (!(text == "FALSE" && value == 0) && !(text == "TRUE" && value == 1)) return false;
  }
  return true;
}

/// Complex numbers are compounds of a real and an imaginary part; HDF5 has no type for them.
bool is_complex(hid_t type) {
  if (H5Tget_nmembers(type) != 2) return false;
  return H5Tget_member_class(type, 0) == H5T_FLOAT && H5Tget_member_class(type, 1) == H5T_FLOAT;
}

}  // namespace

std::string kind_unless_numbers(hid_t dataset) {
  const hdf5::Handle type = hdf5::own(H5Dget_type(dataset), H5Tclose, "type cannot be read");
  switch (H5Tget_class(type.get())) {
    case H5T_INTEGER:
    case H5T_FLOAT:
      return {};
    case H5T_ENUM:
      return is_bool(type.get()) ? "" : "values of an enumeration other than bool";
    case H5T_COMPOUND:
      return is_complex(type.get()) ? "complex numbers (write real and imaginary parts as two columns)" : "compounds";
    case H5T_STRING:
      return "text";
    case H5T_BITFIELD:
      return "bit fields (write integers)";
    case H5T_VLEN:
      return "lists of varying length";
    case H5T_ARRAY:
      return "arrays";
    default:
      return "neither numbers nor text";
  }
}

}  // namespace fullforce
