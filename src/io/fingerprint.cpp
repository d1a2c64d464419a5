#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <span>

#include "fullforce/io/trials_file.hpp"

namespace fullforce {
namespace {

/// The hash of what was hashed before, with the bytes of an array added. The number of its elements is part of it.
template <class T>
XXH64_hash_t with(XXH64_hash_t before, std::span<const T> values) {
  const XXH64_hash_t seed = before + values.size();
  return XXH3_64bits_withSeed(values.data(), values.size_bytes(), seed);
}

/// The same for numbers, of which -0 and 0 are one.
XXH64_hash_t with_values(XXH64_hash_t before, std::span<const double> values) {
  XXH3_state_t state;
  XXH3_64bits_reset_withSeed(&state, before + values.size());
  std::array<double, 512> chunk;
  while (!values.empty()) {
    const std::size_t count = std::min(chunk.size(), values.size());
    std::transform(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count), chunk.begin(),
                   [](double value) { return value == 0.0 ? 0.0 : value; });
    XXH3_64bits_update(&state, chunk.data(), count * sizeof(double));
    values = values.subspan(count);
  }
  return XXH3_64bits_digest(&state);
}

template <class T>
bool is_all(std::span<const T> values, const T& value) {
  return std::all_of(values.begin(), values.end(), [&](const T& v) { return v == value; });
}

}  // namespace

std::string fingerprint(const TrialsShape& shape, const Signals<const double>& signals) {
  const std::array<Index, 3> channels{shape.n_in, shape.n_out, shape.n_hint};
  XXH64_hash_t hash = with(0, std::span<const Index>(channels));
  hash = with(hash, std::span<const Index>(shape.lengths));
  for (const auto& signal : {signals.inputs, signals.targets, signals.hints}) hash = with(hash, signal);
  if (!is_all(signals.masks, std::uint8_t{1})) hash = with(hash, signals.masks);
  if (!is_all(std::span<const std::string>(shape.conditions), std::string()))
    for (const std::string& condition : shape.conditions) hash = with(hash, std::span<const char>(condition));
  return fmt::format("{:016x}", hash);
}

std::int64_t trial_fingerprint(std::span<const double> inputs, std::span<const double> targets) {
  return std::bit_cast<std::int64_t>(with_values(with_values(0, inputs), targets));
}

std::vector<std::int64_t> trial_fingerprints(const TrialsShape& shape, const Signals<const double>& signals) {
  std::vector<std::int64_t> hashes;
  Index first = 0;
  for (const Index length : shape.lengths) {
    const auto trial = [&](std::span<const double> all, Index width) {
      return all.subspan(as_size(first * width), as_size(length * width));
    };
    hashes.push_back(trial_fingerprint(trial(signals.inputs, shape.n_in), trial(signals.targets, shape.n_out)));
    first += length;
  }
  return hashes;
}

}  // namespace fullforce
