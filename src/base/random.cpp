#include "fullforce/base/random.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

namespace fullforce {
namespace {

using Quad = std::array<double, 4>;

double unit_from(std::uint64_t word) { return static_cast<double>(word >> 11) * 0x1.0p-53; }

/// A number in (0, 1], whose logarithm is finite.
double positive_unit_from(std::uint64_t word) { return static_cast<double>((word >> 11) + 1) * 0x1.0p-53; }

Quad uniforms_from(const std::array<std::uint64_t, 4>& w) {
  return {unit_from(w[0]), unit_from(w[1]), unit_from(w[2]), unit_from(w[3])};
}

Quad normals_from(const std::array<std::uint64_t, 4>& w) {
  Quad z{};
  for (std::size_t pair = 0; pair < 4; pair += 2) {
    const double radius = std::sqrt(-2.0 * std::log(positive_unit_from(w[pair])));
    const double angle = 2.0 * std::numbers::pi * unit_from(w[pair + 1]);
    z[pair] = radius * std::cos(angle);
    z[pair + 1] = radius * std::sin(angle);
  }
  return z;
}

template <class Transform>
void fill(const Draws& draws, Index first, std::span<double> out, Transform transform) {
  const Index end = first + static_cast<Index>(out.size());
  for (Index block = first / 4; 4 * block < end; ++block) {
    const Quad values = transform(draws.words(static_cast<std::uint64_t>(block)));
    for (Index k = 0; k < 4; ++k) {
      const Index index = 4 * block + k;
      if (index >= first && index < end) out[as_size(index - first)] = values[as_size(k)];
    }
  }
}

}  // namespace

std::array<std::uint64_t, 4> Draws::words(std::uint64_t block) const {
  using Generator = r123::Philox4x64;
  const Generator::ctr_type counter = {{block, step_, trial_, static_cast<std::uint64_t>(purpose_)}};
  const Generator::key_type key = {{seed_, 0}};
  const Generator::ctr_type random = Generator{}(counter, key);
  return {random[0], random[1], random[2], random[3]};
}

double Draws::uniform(Index index) const {
  return uniforms_from(words(static_cast<std::uint64_t>(index / 4)))[as_size(index % 4)];
}

double Draws::normal(Index index) const {
  return normals_from(words(static_cast<std::uint64_t>(index / 4)))[as_size(index % 4)];
}

void Draws::uniforms(Index first, std::span<double> out) const { fill(*this, first, out, uniforms_from); }

void Draws::normals(Index first, std::span<double> out) const { fill(*this, first, out, normals_from); }

}  // namespace fullforce
