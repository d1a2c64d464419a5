#pragma once
#include <hdf5.h>

#include <string>
#include <vector>

namespace fullforce {

/// Reads all values of a dataset or attribute of strings, of fixed or variable length. `what` names it in messages.
/// Throws InputError if a string is not valid UTF-8 in one line, since it will stand in tables and JSON, and RunError
/// where HDF5 fails.
std::vector<std::string> read_texts(hid_t object, const std::string& what);

/// Makes a dataset [texts] of strings of variable length in UTF-8, which h5py gives back as str.
void write_texts(hid_t file, const char* name, const std::vector<std::string>& texts);

/// Makes an attribute of the same form.
void write_text_attribute(hid_t object, const char* name, const std::vector<std::string>& texts);

/// Whether a dataset or attribute holds strings.
bool holds_texts(hid_t object);

}  // namespace fullforce
