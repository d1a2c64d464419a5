#include "lzf_filter.hpp"

#include <hdf5.h>

#include <cstring>
#include <new>

#include "fullforce/io/hdf5.hpp"

namespace fullforce {
namespace {

/// The number under which the filter is registered with The HDF Group.
constexpr H5Z_filter_t lzf = 32000;
/// The third parameter of the filter is the size of a chunk.
constexpr std::size_t chunk_bytes = 2;

/// HDF5 calls it on a compressed chunk, whose buffer is exchanged for the decompressed one. 0 says that it failed.
std::size_t filter(unsigned flags, std::size_t parameters, const unsigned* values, std::size_t bytes,
                   std::size_t* buffer_bytes, void** buffer) {
  try {
    if ((flags & H5Z_FLAG_REVERSE) == 0 || parameters <= chunk_bytes) return 0;
    const auto whole = decompress_lzf({static_cast<const std::uint8_t*>(*buffer), bytes});
    // HDF5 would read beyond the end of a buffer that is shorter than a chunk.
    if (!whole || whole->size() != values[chunk_bytes]) return 0;
    void* fresh = H5allocate_memory(whole->size(), false);
    if (!fresh) return 0;
    std::memcpy(fresh, whole->data(), whole->size());
    H5free_memory(*buffer);
    *buffer = fresh;
    *buffer_bytes = whole->size();
    return whole->size();
  } catch (const std::bad_alloc&) {
    return 0;
  }
}

}  // namespace

void make_lzf_available() {
  if (H5Zfilter_avail(lzf) > 0) return;
  const H5Z_class2_t description{H5Z_CLASS_T_VERS, lzf, 0, 1, "lzf", nullptr, nullptr, filter};
  hdf5::check(H5Zregister(&description), "the filter lzf cannot be registered");
}

// The bytes are a row of items. An item begins with a control byte, whose upper three bits are a length:
//   0: a run of literal bytes follows, one more than the control byte says;
//   1 to 6: bytes that were there before are repeated, two more than the length; the lower five bits and the next byte
//   are the distance to them, less one;
//   7: the same, where the byte in between adds to the length.
std::optional<std::vector<std::uint8_t>> decompress_lzf(std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> result;
  for (std::size_t i = 0; i < bytes.size();) {
    const std::uint8_t control = bytes[i++];
    std::size_t length = control >> 5;
    if (length == 0) {
      const std::size_t run = control + std::size_t{1};
      if (run > bytes.size() - i) return {};
      result.insert(result.end(), &bytes[i], &bytes[i] + run);
      i += run;
      continue;
    }
    const std::size_t more = length == 7 ? 2 : 1;
    if (more > bytes.size() - i) return {};
    if (length == 7) length += bytes[i++];
    const std::size_t distance = (std::size_t{control & 0x1fU} << 8) + bytes[i++] + 1;
    if (distance > result.size()) return {};
    // The repeated bytes may overlap with those that they make.
    for (std::size_t k = 0; k < length + 2; ++k) result.push_back(result[result.size() - distance]);
  }
  return result;
}

}  // namespace fullforce
