#pragma once
#include <filesystem>
#include <string>

namespace fullforce {

/// The fingerprint of a network file or checkpoint, 16 hexadecimal digits: a checksum of its seal, which covers the
/// structure, the attributes and the checksums of all datasets. One rank calls it. Throws what seal::check() throws
/// where the beginning of the file cannot be read or is no seal.
std::string seal_fingerprint(const std::filesystem::path& path);

}  // namespace fullforce
