#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace fullforce {

/// Teaches HDF5 to read what h5py compresses with "lzf", a filter that HDF5 does not bring along. It writes nothing.
/// Throws RunError where HDF5 refuses.
void make_lzf_available();

/// Undoes LZF compression; nothing where the bytes are damaged.
std::optional<std::vector<std::uint8_t>> decompress_lzf(std::span<const std::uint8_t> bytes);

}  // namespace fullforce
