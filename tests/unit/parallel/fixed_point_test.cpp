#include "fullforce/parallel/fixed_point.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include "fullforce/base/random.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {
namespace {

constexpr double bounds[] = {1e-12, 0.3, 1.0, 1.5, 17.3205, 1000.0, 1e12};

/// Terms of very different sizes. Floating-point sums would round them differently in every order.
std::vector<double> terms(Index count) {
  const Draws draws(1, Purpose::network_state);
  std::vector<double> values;
  for (Index i = 0; i < count; ++i)
    values.push_back(draws.normal(i) * std::exp2(-static_cast<double>(i % 40)) / static_cast<double>(8 * count));
  return values;
}

std::vector<std::int64_t> encoded(const FixedPoint& fixed, const std::vector<double>& values) {
  std::vector<std::int64_t> codes;
  std::int64_t errors = 0;
  for (double v : values) codes.push_back(fixed.encode(v, errors));
  EXPECT_EQ(errors, 0);
  return codes;
}

std::int64_t total(const std::vector<std::int64_t>& codes) {
  return std::accumulate(codes.begin(), codes.end(), std::int64_t{0});
}

TEST(FixedPoint, SumDoesNotDependOnTheOrder) {
  const FixedPoint fixed(1.0);
  std::vector<std::int64_t> codes = encoded(fixed, terms(10'000));
  const std::int64_t sum = total(codes);
  std::mt19937 generator(7);
  for (int k = 0; k < 20; ++k) {
    std::shuffle(codes.begin(), codes.end(), generator);
    EXPECT_EQ(total(codes), sum);
  }
}

TEST(FixedPoint, SumIsNearTheExactOne) {
  const FixedPoint fixed(1.0);
  const std::vector<double> values = terms(10'000);
  const long double exact = std::accumulate(values.begin(), values.end(), 0.0L);
  EXPECT_NEAR(fixed.decode(total(encoded(fixed, values))), static_cast<double>(exact), 10'000 * fixed.resolution());
}

// Every rank contributes other terms, and the reduction may add them in any order.
TEST(FixedPoint, SumDoesNotDependOnTheRanks) {
  const Communicator comm = Communicator::world();
  const FixedPoint fixed(1.0);
  const std::vector<std::int64_t> codes = encoded(fixed, terms(1000));
  std::int64_t mine = 0;
  for (std::size_t i = 0; i < codes.size(); ++i)
    if (static_cast<int>(i) % comm.size() == static_cast<int>(comm.rank())) mine += codes[i];
  EXPECT_EQ(comm.sum(mine), total(codes));
}

TEST(FixedPoint, RoundsToTheNearest) {
  for (double bound : bounds) {
    const FixedPoint fixed(bound);
    std::int64_t errors = 0;
    for (double part : {0.0, 1.0, -1.0, 0.5, 1.0 / 3.0, -0.7, 1e-6, 1e-15, -1e-17})
      EXPECT_LE(std::abs(fixed.decode(fixed.encode(part * bound, errors)) - part * bound), fixed.resolution() / 2.0)
          << part << " of " << bound;
    EXPECT_EQ(errors, 0);
  }
}

TEST(FixedPoint, ResolutionIsFinerThanADoubleAtTheBound) {
  for (double bound : bounds) {
    const double resolution = FixedPoint(bound).resolution();
    EXPECT_LE(resolution, bound * 0x1.0p-57) << bound;
    EXPECT_GE(resolution, bound * 0x1.0p-58) << bound;
  }
}

TEST(FixedPoint, OneUnitIsOneResolution) {
  for (double bound : bounds) {
    const FixedPoint fixed(bound);
    std::int64_t errors = 0;
    EXPECT_EQ(fixed.encode(fixed.resolution(), errors), 1);
    EXPECT_EQ(fixed.decode(1), fixed.resolution());
    EXPECT_EQ(fixed.encode(-3.0 * fixed.resolution(), errors), -3);
    EXPECT_EQ(errors, 0);
  }
}

TEST(FixedPoint, HasHeadroomOverTheBound) {
  for (double bound : bounds) {
    std::int64_t errors = 0;
    const std::int64_t code = FixedPoint(bound).encode(1.99 * bound, errors);
    EXPECT_EQ(errors, 0) << bound;
    EXPECT_TRUE(FixedPoint::in_range(code)) << bound;
  }
}

TEST(FixedPoint, CountsWhatItCannotHold) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double bad[] = {std::numeric_limits<double>::quiet_NaN(), infinity, -infinity,
                        std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest()};
  for (double bound : bounds) {
    const FixedPoint fixed(bound);
    std::int64_t errors = 0;
    for (double value : bad) EXPECT_EQ(fixed.encode(value, errors), 0) << value;
    // The bound is rounded up to a power of two, and there is a bit above it. So four times any bound is out of range.
    EXPECT_EQ(fixed.encode(4.01 * bound, errors), 0);
    EXPECT_EQ(fixed.encode(-4.01 * bound, errors), 0);
    EXPECT_EQ(errors, 7) << bound;
    fixed.encode(bound, errors);
    EXPECT_EQ(errors, 7) << "a good value is no error";
  }
}

/// Checks halves between two integers too, and values that are out of range.
template <class T>
void expect_same_as_one_by_one(const FixedPoint& fixed, T unit) {
  const T infinity = std::numeric_limits<T>::infinity();
  const std::vector<T> special = {
      T(0.5) * unit, T(1.5) * unit, T(-2.5) * unit, infinity, -infinity,  std::numeric_limits<T>::quiet_NaN(),
      T(0),          T(1),          T(-1),          T(0.3),   T(7) * unit};
  for (std::size_t count = 0; count < 40; ++count) {
    std::vector<T> values;
    for (std::size_t k = 0; k < count; ++k) values.push_back(special[(3 * k + count) % special.size()]);
    std::vector<std::int64_t> together(count, 5), one_by_one(count, 5);
    std::int64_t errors = 0, expected = 0;
    fixed.add(std::span<const T>(values), together.data(), errors);
    for (std::size_t k = 0; k < count; ++k) one_by_one[k] += fixed.encode(static_cast<double>(values[k]), expected);
    EXPECT_EQ(together, one_by_one) << count;
    EXPECT_EQ(errors, expected) << count;
  }
}

TEST(FixedPoint, AddsManyAsItEncodesOne) {
  for (double bound : bounds) {
    const FixedPoint fixed(bound);
    expect_same_as_one_by_one<double>(fixed, fixed.resolution());
    expect_same_as_one_by_one<float>(fixed, static_cast<float>(fixed.resolution()));
  }
}

TEST(FixedPoint, KnowsWhetherASumIsInRange) {
  EXPECT_TRUE(FixedPoint::in_range(0));
  EXPECT_TRUE(FixedPoint::in_range(std::int64_t{1} << 59));
  EXPECT_TRUE(FixedPoint::in_range(-(std::int64_t{1} << 59)));
  EXPECT_FALSE(FixedPoint::in_range(std::int64_t{1} << 60));
  EXPECT_FALSE(FixedPoint::in_range(std::numeric_limits<std::int64_t>::max()));
  EXPECT_FALSE(FixedPoint::in_range(std::numeric_limits<std::int64_t>::min()));
}

}  // namespace
}  // namespace fullforce
