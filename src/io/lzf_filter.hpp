#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace fullforce {

namespace lzf {
inline constexpr int filter = 32000;           ///< the number under which it is registered with The HDF Group
inline constexpr std::size_t chunk_bytes = 2;  ///< which of its parameters is the size of a chunk
}  // namespace lzf

/// Teaches HDF5 to read what h5py compresses with "lzf", a filter that HDF5 does not bring along. It writes nothing.
/// Throws RunError where HDF5 refuses.
void make_lzf_available();

/// Undoes LZF compression; nothing where the bytes are damaged.
std::optional<std::vector<std::uint8_t>> decompress_lzf(std::span<const std::uint8_t> bytes);

}  // namespace fullforce
