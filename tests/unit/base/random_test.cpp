#include "fullforce/base/random.hpp"

#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

namespace fullforce {
namespace {

using Words = std::array<std::uint64_t, 4>;
constexpr Index many = 1'000'000;

Words philox(const Words& counter, std::uint64_t key0, std::uint64_t key1) {
  const r123::Philox4x64::ctr_type c = {{counter[0], counter[1], counter[2], counter[3]}};
  const r123::Philox4x64::key_type k = {{key0, key1}};
  const auto out = r123::Philox4x64{}(c, k);
  return {out[0], out[1], out[2], out[3]};
}

std::vector<double> normals(const Draws& draws, Index count = many, Index first = 0) {
  std::vector<double> out(as_size(count));
  draws.normals(first, out);
  return out;
}

std::vector<double> uniforms(const Draws& draws, Index count = many, Index first = 0) {
  std::vector<double> out(as_size(count));
  draws.uniforms(first, out);
  return out;
}

double moment(const std::vector<double>& values, int power) {
  double sum = 0.0;
  for (double v : values) sum += std::pow(v, power);
  return sum / static_cast<double>(values.size());
}

/// The correlation of two series of standard normals. Its standard deviation is 1/sqrt(n).
double correlation(std::span<const double> a, std::span<const double> b) {
  const std::size_t n = std::min(a.size(), b.size());
  return std::inner_product(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(n), b.begin(), 0.0) /
         static_cast<double>(n);
}

// Random123 is published with these known answers.
TEST(Philox, GivesThePublishedVectors) {
  const Words zero = {0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b};
  const Words ones = {0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0};
  const Words pi = {0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6};
  EXPECT_EQ(philox({0, 0, 0, 0}, 0, 0), zero);
  EXPECT_EQ(philox({~0ULL, ~0ULL, ~0ULL, ~0ULL}, ~0ULL, ~0ULL), ones);
  EXPECT_EQ(philox({0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89}, 0x452821e638d01377,
                   0xbe5466cf34e90c6c),
            pi);
  EXPECT_EQ(Draws(0, static_cast<Purpose>(0), 0, 0).words(0), zero);
}

// Every result that was ever stored depends on this mapping.
TEST(Draws, CountsBlockStepTrialPurposeUnderTheSeed) {
  EXPECT_EQ(Draws(11, Purpose::training_noise, 22, 33).words(44), philox({44, 33, 22, 10}, 11, 0));
  EXPECT_EQ(Draws(~0ULL, Purpose::target_weights, ~0ULL, ~0ULL).words(~0ULL),
            philox({~0ULL, ~0ULL, ~0ULL, 1}, ~0ULL, 0));
}

/// A run draws other numbers if a purpose has another number. A new purpose gets a line at the end and the next number.
TEST(Draws, PurposesKeepTheirNumbers) {
  const std::vector<std::pair<Purpose, std::uint64_t>> numbers = {
      {Purpose::target_weights, 1},     {Purpose::input_weights, 2},      {Purpose::output_weights, 3},
      {Purpose::hint_weights, 4},       {Purpose::network_state, 5},      {Purpose::target_state, 6},
      {Purpose::test_network_state, 7}, {Purpose::test_target_state, 8},  {Purpose::init_noise, 9},
      {Purpose::training_noise, 10},    {Purpose::test_init_noise, 11},   {Purpose::test_noise, 12},
      {Purpose::update_draw, 13},       {Purpose::init_trial, 14},        {Purpose::training_trial, 15},
      {Purpose::test_init_trial, 16},   {Purpose::test_trial, 17},        {Purpose::target_columns, 18},
      {Purpose::tangent_vectors, 19},   {Purpose::fixed_point_starts, 22}};
  for (const auto& [purpose, number] : numbers) EXPECT_EQ(static_cast<std::uint64_t>(purpose), number);
}

TEST(Draws, TransformsWordsAsDocumented) {
  const Draws draws(5, Purpose::network_state, 6, 7);
  for (Index i = 0; i < 40; ++i) {
    const Words w = draws.words(static_cast<std::uint64_t>(i / 4));
    EXPECT_EQ(draws.uniform(i), std::ldexp(static_cast<double>(w[as_size(i % 4)] >> 11), -53));

    const std::size_t pair = as_size(i % 4) / 2 * 2;
    const double radius = std::sqrt(-2.0 * std::log(std::ldexp(static_cast<double>((w[pair] >> 11) + 1), -53)));
    const double angle = 2.0 * std::numbers::pi * std::ldexp(static_cast<double>(w[pair + 1] >> 11), -53);
    EXPECT_NEAR(draws.normal(i), radius * (i % 2 == 0 ? std::cos(angle) : std::sin(angle)), 1e-14);
  }
}

TEST(Draws, RangesMayBeSplitAnywhere) {
  const Draws draws(3, Purpose::init_noise, 2, 1);
  const std::vector<double> all_normals = normals(draws, 41);
  const std::vector<double> all_uniforms = uniforms(draws, 41);
  for (Index first = 0; first <= 41; ++first) {
    for (Index end = first; end <= 41; ++end) {
      const std::vector<double> z = normals(draws, end - first, first);
      const std::vector<double> u = uniforms(draws, end - first, first);
      EXPECT_TRUE(std::equal(z.begin(), z.end(), all_normals.begin() + first)) << first << ".." << end;
      EXPECT_TRUE(std::equal(u.begin(), u.end(), all_uniforms.begin() + first)) << first << ".." << end;
    }
  }
  for (Index i = 0; i < 41; ++i) {
    EXPECT_EQ(draws.normal(i), all_normals[as_size(i)]);
    EXPECT_EQ(draws.uniform(i), all_uniforms[as_size(i)]);
  }
}

TEST(Draws, WorksAtLargeIndices) {
  const Draws draws(3, Purpose::target_weights, 1'000'000'000'000);
  const Index far = (Index{1} << 40) + 3;
  EXPECT_EQ(normals(draws, 9, far)[5], draws.normal(far + 5));
  EXPECT_NE(draws.normal(far), draws.normal(3));
}

TEST(Draws, UniformsFillTheUnitInterval) {
  const std::vector<double> u = uniforms(Draws(1, Purpose::input_weights));
  EXPECT_GE(*std::min_element(u.begin(), u.end()), 0.0);
  EXPECT_LT(*std::max_element(u.begin(), u.end()), 1.0);
  EXPECT_NEAR(moment(u, 1), 1.0 / 2.0, 5.0 * 0.289e-3);
  EXPECT_NEAR(moment(u, 2), 1.0 / 3.0, 5.0 * 0.298e-3);
  std::array<int, 16> bins{};
  for (double v : u) ++bins[as_size(static_cast<Index>(v * 16))];
  for (int count : bins) EXPECT_NEAR(count, many / 16, 5.0 * 243.0);
}

// The margins are five standard deviations of the estimate.
TEST(Draws, NormalsHaveTheMomentsOfANormal) {
  const std::vector<double> z = normals(Draws(1, Purpose::target_weights));
  const double n = std::sqrt(static_cast<double>(many));
  EXPECT_NEAR(moment(z, 1), 0.0, 5.0 / n);
  EXPECT_NEAR(moment(z, 2), 1.0, 5.0 * std::sqrt(2.0) / n);
  EXPECT_NEAR(moment(z, 3), 0.0, 5.0 * std::sqrt(15.0) / n);
  EXPECT_NEAR(moment(z, 4), 3.0, 5.0 * std::sqrt(96.0) / n);
}

TEST(Draws, NormalsHaveTheTailOfANormal) {
  const std::vector<double> z = normals(Draws(2, Purpose::target_weights));
  for (double from : {1.0, 2.0, 3.0, 4.0}) {
    const double expected = std::erfc(from / std::sqrt(2.0)) * static_cast<double>(many);
    const auto beyond = std::count_if(z.begin(), z.end(), [&](double v) { return std::abs(v) > from; });
    EXPECT_NEAR(static_cast<double>(beyond), expected, 5.0 * std::sqrt(expected)) << "beyond " << from;
  }
  // The smallest number whose logarithm is taken is 2^-53.
  EXPECT_TRUE(std::all_of(z.begin(), z.end(), [](double v) { return std::abs(v) <= 8.58; }));
}

// Both numbers of a Box-Muller pair come from one radius. Yet neither they nor their squares may be correlated.
TEST(Draws, NeighbouringNormalsAreIndependent) {
  const std::vector<double> z = normals(Draws(3, Purpose::target_weights));
  std::vector<double> squares;
  for (double v : z) squares.push_back((v * v - 1.0) / std::sqrt(2.0));
  const double margin = 5.0 / std::sqrt(static_cast<double>(many));
  for (std::size_t lag = 1; lag <= 4; ++lag) {
    EXPECT_LT(std::abs(correlation(z, std::span(z).subspan(lag))), margin) << "lag " << lag;
    EXPECT_LT(std::abs(correlation(squares, std::span(squares).subspan(lag))), margin) << "lag " << lag;
  }
}

TEST(Draws, EveryPartOfTheKeyGivesOtherNumbers) {
  const std::vector<double> z = normals(Draws(1, Purpose::init_noise, 1, 1));
  const double margin = 5.0 / std::sqrt(static_cast<double>(many));
  for (const Draws& other : {Draws(2, Purpose::init_noise, 1, 1), Draws(1, Purpose::training_noise, 1, 1),
                             Draws(1, Purpose::init_noise, 2, 1), Draws(1, Purpose::init_noise, 1, 2)})
    EXPECT_LT(std::abs(correlation(z, normals(other))), margin);
}

}  // namespace
}  // namespace fullforce
