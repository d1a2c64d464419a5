#include "fullforce/linalg/weight_matrix.hpp"

#include <gtest/gtest.h>

namespace fullforce {
namespace {

using Columns = std::vector<std::int32_t>;
using Values = std::vector<double>;

SparseRows<double> rows_of(const std::vector<Columns>& columns, const std::vector<Values>& values) {
  SparseRows<double> m(static_cast<Index>(columns.size()), static_cast<Index>(columns.front().size()));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::copy(columns[i].begin(), columns[i].end(), m.columns(static_cast<Index>(i)).begin());
    std::copy(values[i].begin(), values[i].end(), m.values(static_cast<Index>(i)).begin());
  }
  return m;
}

template <class T>
std::vector<T> list(std::span<T> values) {
  return {values.begin(), values.end()};
}

TEST(JoinPlaces, AddsUpElementsOfTheSamePlaceAndOrdersThem) {
  SparseRows<double> m =
      rows_of({{2, 0, 2}, {1, 3, 2}, {4, 4, 4}}, {{1.5, 1.0, 0.5}, {1.0, 3.0, 2.0}, {1.0, 2.0, 0.0}});
  join_places(m);
  EXPECT_EQ(list(m.columns(0)), (Columns{0, 2, 2}));
  EXPECT_EQ(list(m.values(0)), (Values{1.0, 2.0, 0.0}));
  EXPECT_EQ(list(m.columns(1)), (Columns{1, 2, 3}));
  EXPECT_EQ(list(m.values(1)), (Values{1.0, 2.0, 3.0}));
  EXPECT_EQ(elements(m, 0).size(), 2u);
  EXPECT_EQ(elements(m, 1).size(), 3u);
  EXPECT_EQ(elements(m, 2).size(), 1u);
  EXPECT_EQ(elements(m, 2)[0], 3.0);
}

TEST(JoinPlaces, LeavesEmptyRowsAlone) {
  SparseRows<double> m(3, 0);
  join_places(m);
  EXPECT_TRUE(elements(m, 1).empty());
}

}  // namespace
}  // namespace fullforce
