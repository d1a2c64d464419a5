#include "fullforce/analysis/transposed_product.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

namespace fullforce {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Block = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;

constexpr Index most_sums = Index{1} << 22;  // formed at a time, 32 MiB for each thread
constexpr Index columns_at_once = 256;       // of a block of W, so that their sums stay in a cache

Index columns_of_a_pass(Index rows, Index count) { return std::clamp(most_sums / count, Index{1}, rows); }

double largest_magnitude(const Layout& layout, const WeightMatrix& matrix) {
  double largest = 0.0;
  for (Index i = 0; i < matrix.dense.rows(); ++i)
    for (Index j = 0; j < matrix.dense.cols(); ++j) largest = std::max(largest, std::abs(matrix.dense(i, j)));
  for (Index i = 0; i < matrix.sparse.rows(); ++i)
    for (const double w : matrix.sparse.values(i)) largest = std::max(largest, std::abs(w));
  return layout.comm().max(largest);
}

}  // namespace

TransposedProduct::TransposedProduct(const Layout& layout, const WeightMatrix& matrix)
    : layout_(&layout), matrix_(&matrix), largest_(matrix.has_W() ? largest_magnitude(layout, matrix) : 0.0) {}

Index TransposedProduct::bytes(Index rows, Index count, int threads) {
  return BlockSums::Shape{columns_of_a_pass(rows, count) * count, threads}.bytes();
}

void TransposedProduct::operator()(const StreamArray<double>& x, StreamArray<double>& y) {
  const std::vector<double> projected =
      matrix_->inner() > 0 ? inner_products(*layout_, matrix_->left, x) : std::vector<double>();
  if (largest_ > 0.0) {
    multiply_W(x, y);
  } else {
    for (Index i = 0; i < y.rows(); ++i) std::fill_n(y.row(i), y.streams(), 0.0);
  }
  if (matrix_->inner() > 0) add_product(*layout_, matrix_->right, projected, y);
}

/// The columns of x are scaled to at most 1, so that N max|W| bounds every sum. The sums are formed for as many columns
/// of W at a time as `most_sums` allows, and this rank takes its rows of y from them.
void TransposedProduct::multiply_W(const StreamArray<double>& x, StreamArray<double>& y) {
  const Index n = layout_->rows(), count = x.streams(), pass = columns_of_a_pass(n, count);
  const std::vector<double> scales = scale(x);
  for (Index first = 0; first < n; first += pass) {
    const Index cols = std::min(pass, n - first);
    sum_columns(first, cols);
    const Index mine = layout_->first_row();
    for (Index j = std::max(first, mine); j < std::min(first + cols, mine + layout_->local_rows()); ++j)
      for (Index c = 0; c < count; ++c) y(j - mine, c) = (*sums_)[(j - first) * count + c] * scales[as_size(c)];
  }
}

std::vector<double> TransposedProduct::scale(const StreamArray<double>& x) {
  const Index count = x.streams();
  if (scaled_.streams() != count) {
    scaled_ = StreamArray<double>(*layout_, count);
    sums_.emplace(BlockSums::Shape{columns_of_a_pass(layout_->rows(), count) * count, layout_->threads()});
  }
  std::vector<double> scales = column_scales(*layout_, x);
  for (Index i = 0; i < x.rows(); ++i)
    for (Index c = 0; c < count; ++c) scaled_(i, c) = x(i, c) / scales[as_size(c)];
  return scales;
}

void TransposedProduct::sum_columns(Index first, Index cols) {
  sums_->begin(cols * scaled_.streams(), static_cast<double>(layout_->rows()) * largest_);
  layout_->try_each_block([&](RowBlock block) {
    if (matrix_->is_sparse()) return add_sparse_block(block, first, cols);
    add_dense_block(block, first, cols);
  });
  sums_->reduce(layout_->comm());
}

void TransposedProduct::add_dense_block(RowBlock block, Index first, Index cols) {
  const RowMatrix<double>& W = matrix_->dense;
  const Index count = scaled_.streams();
  const Block x(scaled_.row(block.local), block.rows, count, Eigen::OuterStride<>(scaled_.stride()));
  Matrix products;
  for (Index j = 0; j < cols; j += columns_at_once) {
    const Index width = std::min(columns_at_once, cols - j);
    const Block part(W.row(block.local) + first + j, block.rows, width, Eigen::OuterStride<>(W.stride()));
    products.noalias() = part.transpose() * x;
    sums_->add<double>(j * count, {products.data(), as_size(width * count)});
  }
}

void TransposedProduct::add_sparse_block(RowBlock block, Index first, Index cols) {
  const Index count = scaled_.streams();
  std::vector<double> products(as_size(count));
  for (Index i = block.local; i < block.local + block.rows; ++i) {
    const std::span<const std::int32_t> columns = matrix_->sparse.columns(i);
    for (std::size_t k = 0; k < columns.size(); ++k) {
      const Index j = columns[k] - first;
      if (j < 0 || j >= cols) continue;
      for (Index c = 0; c < count; ++c) products[as_size(c)] = matrix_->sparse.values(i)[k] * scaled_(i, c);
      sums_->add<double>(j * count, products);
    }
  }
}

}  // namespace fullforce
