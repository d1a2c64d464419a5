#include "fullforce/analysis/inner_products.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "fullforce/base/check.hpp"
#include "fullforce/parallel/block_sums.hpp"

namespace fullforce {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Block = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;

Block block_of(const MatrixView<const double>& m, RowBlock block) {
  return Block(m.data + block.local * m.stride, block.rows, m.cols, Eigen::OuterStride<>(m.stride));
}

/// The bits of magnitudes compare as the magnitudes themselves do, and NaN stands above all. So a maximum of integers
/// gives the exact maximum of magnitudes.
std::int64_t magnitude_bits(double value) { return std::bit_cast<std::int64_t>(std::abs(value)); }

}  // namespace

std::vector<double> column_scales(const Layout& layout, const MatrixView<const double>& m) {
  std::vector<std::int64_t> largest(as_size(m.cols), 0);
  for (Index i = 0; i < layout.local_rows(); ++i)
    for (Index j = 0; j < m.cols; ++j)
      largest[as_size(j)] = std::max(largest[as_size(j)], magnitude_bits(m.data[i * m.stride + j]));
  layout.comm().max(std::span(largest));
  std::vector<double> scales(as_size(m.cols), 1.0);
  for (std::size_t j = 0; j < scales.size(); ++j) {
    const double magnitude = std::bit_cast<double>(largest[j]);
    if (!std::isfinite(magnitude)) throw RunError("a value that is analysed is not finite");
    if (magnitude > 0.0) scales[j] = std::ldexp(1.0, std::ilogb(magnitude) + 1);
  }
  return scales;
}

std::vector<double> inner_products(const Layout& layout, const MatrixView<const double>& x,
                                   const MatrixView<const double>& y) {
  const std::vector<double> x_scales = column_scales(layout, x), y_scales = column_scales(layout, y);
  const Index count = x.cols * y.cols;
  BlockSums sums({count, layout.threads()});
  sums.begin(count, static_cast<double>(layout.rows()));
  layout.try_each_block([&](RowBlock block) {
    Matrix products = block_of(x, block).transpose() * block_of(y, block);
    for (Index j = 0; j < x.cols; ++j)
      for (Index k = 0; k < y.cols; ++k) products(j, k) = products(j, k) / x_scales[as_size(j)] / y_scales[as_size(k)];
    sums.add<double>(0, {products.data(), as_size(count)});
  });
  sums.reduce(layout.comm());

  std::vector<double> result(as_size(count));
  for (Index j = 0; j < x.cols; ++j)
    for (Index k = 0; k < y.cols; ++k)
      result[as_size(j * y.cols + k)] = sums[j * y.cols + k] * x_scales[as_size(j)] * y_scales[as_size(k)];
  return result;
}

std::vector<double> column_products(const Layout& layout, const MatrixView<const double>& x,
                                    const MatrixView<const double>& y) {
  const std::vector<double> x_scales = column_scales(layout, x), y_scales = column_scales(layout, y);
  BlockSums sums({x.cols, layout.threads()});
  sums.begin(x.cols, static_cast<double>(layout.rows()));
  layout.try_each_block([&](RowBlock block) {
    std::vector<double> products(as_size(x.cols), 0.0);
    for (Index i = block.local; i < block.local + block.rows; ++i)
      for (Index c = 0; c < x.cols; ++c)
        products[as_size(c)] +=
            x.data[i * x.stride + c] / x_scales[as_size(c)] * (y.data[i * y.stride + c] / y_scales[as_size(c)]);
    sums.add<double>(0, products);
  });
  sums.reduce(layout.comm());

  std::vector<double> result(as_size(x.cols));
  for (Index c = 0; c < x.cols; ++c) result[as_size(c)] = sums[c] * x_scales[as_size(c)] * y_scales[as_size(c)];
  return result;
}

}  // namespace fullforce
