#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include "fullforce/io/trials_file.hpp"

namespace fullforce {
namespace {

/// The hash of what was hashed before, with the bytes of an array added. The number of its elements is part of it.
template <class T>
XXH64_hash_t with(XXH64_hash_t before, const std::vector<T>& values) {
  const XXH64_hash_t seed = before + values.size();
  return XXH3_64bits_withSeed(values.data(), values.size() * sizeof(T), seed);
}

}  // namespace

std::string fingerprint(const TrialsData& data) {
  const std::vector<Index> channels{data.n_in, data.n_out, data.n_hint};
  XXH64_hash_t hash = with(0, channels);
  hash = with(hash, data.lengths);
  for (const std::vector<double>* signal : {&data.inputs, &data.targets, &data.hints}) hash = with(hash, *signal);
  return fmt::format("{:016x}", hash);
}

}  // namespace fullforce
