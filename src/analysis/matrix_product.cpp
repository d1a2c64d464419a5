#include "fullforce/analysis/matrix_product.hpp"

#include <algorithm>

#include "fullforce/linalg/matrix_operations.hpp"

namespace fullforce {

MatrixProduct::MatrixProduct(const Layout& layout, const WeightMatrix& matrix, Index count)
    : layout_(&layout), matrix_(&matrix), count_(count), vectors_(layout, 1, count), product_(layout, count) {}

void MatrixProduct::operator()(const StreamArray<double>& x, StreamArray<double>& y) {
  std::vector<double> projected;
  if (matrix_->inner() > 0) projected = inner_products(*layout_, matrix_->right, x);
  if (matrix_->has_W()) multiply_W(x);
  layout_->for_each_block([&](RowBlock block) {
    std::copy_n(product_.row(block.local), block.rows * product_.stride(), y.row(block.local));
  });
  if (matrix_->inner() > 0) add_product(*layout_, matrix_->left, projected, y);
}

void MatrixProduct::multiply_W(const StreamArray<double>& x) {
  for (Index i = 0; i < layout_->local_rows(); ++i) std::copy_n(x.row(i), count_, vectors_.mine(0, i));
  vectors_.gather();
  if (!matrix_->is_sparse())
    return multiply<double>(*layout_, matrix_->dense, matrix_->dense.cols(), vectors_.group(0), count_,
                            product_.from(0));
  layout_->for_each_block([&](RowBlock block) {
    kernels::multiply_sparse<double>(matrix_->sparse, 0, block.local, block.rows, vectors_.rows_of(0), count_,
                                     product_.from(block.local));
  });
}

void add_product(const Layout& layout, const RowMatrix<double>& factor, const std::vector<double>& coefficients,
                 StreamArray<double>& y) {
  const Index count = y.streams();
  layout.for_each_block([&](RowBlock block) {
    for (Index i = block.local; i < block.local + block.rows; ++i)
      for (Index c = 0; c < factor.cols(); ++c)
        for (Index k = 0; k < count; ++k) y(i, k) += factor(i, c) * coefficients[as_size(c * count + k)];
  });
}

namespace {

constexpr Index columns_at_once = 64;

/// Returns element(i, j) of all rows and of the columns j < cols on the root. Each rank computes the elements of its
/// own rows i. The other ranks get nothing.
template <class Element>
std::vector<double> gather_elements(const Layout& layout, Index cols, const Element& element) {
  const bool root = layout.comm().is_root();
  std::vector<double> whole(root ? as_size(layout.rows() * cols) : 0);
  for (Index first = 0; first < cols; first += columns_at_once) {
    const Index width = std::min(columns_at_once, cols - first);
    AlignedArray<double> all(layout.rows() * width);
    for (Index i = 0; i < layout.local_rows(); ++i)
      for (Index j = 0; j < width; ++j) all[(layout.first_row() + i) * width + j] = element(i, first + j);
    RowGather(layout.comm(), layout.partition(), width)(all.span());
    for (Index i = 0; root && i < layout.rows(); ++i)
      std::copy_n(all.data() + i * width, width, whole.begin() + i * cols + first);
  }
  return whole;
}

}  // namespace

std::vector<double> gather_rows(const Layout& layout, const MatrixView<const double>& rows) {
  return gather_elements(layout, rows.cols, [&](Index i, Index j) { return rows.data[i * rows.stride + j]; });
}

std::vector<double> gather_matrix(const Layout& layout, const WeightMatrix& matrix) {
  std::vector<double> row(as_size(layout.rows()));
  Index held = -1;
  std::vector<double> whole = gather_elements(layout, layout.rows(), [&](Index i, Index j) {
    if (held != i) matrix.copy_W(held = i, row);
    return row[as_size(j)];
  });
  const std::vector<double> left = gather_rows(layout, matrix.left), right = gather_rows(layout, matrix.right);
  if (!layout.comm().is_root()) return whole;
  const Index n = layout.rows(), d = matrix.inner();
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      for (Index c = 0; c < d; ++c) whole[as_size(i * n + j)] += left[as_size(i * d + c)] * right[as_size(j * d + c)];
  return whole;
}

}  // namespace fullforce
