#include "inverse_factor.hpp"

#include <algorithm>
#include <cmath>

#include "fullforce/base/aligned_array.hpp"

namespace fullforce {
namespace {

/// Replaces the lower triangle of a matrix [count, count] by its Cholesky factor L. Returns false if the matrix is not
/// positive definite. The inner loop goes along rows, so that its operations are independent; in scalar products each
/// would wait for the one before. `column` has room for `count` numbers.
bool factorise(double* A, Index count, double* column) {
  for (Index j = 0; j < count; ++j) {
    const double pivot = A[j * count + j];
    if (!(pivot > 0.0)) return false;
    const double root = std::sqrt(pivot);
    A[j * count + j] = root;
    for (Index i = j + 1; i < count; ++i) column[i] = A[i * count + j] /= root;
    for (Index i = j + 1; i < count; ++i)
      for (Index k = j + 1; k <= i; ++k) A[i * count + k] -= column[i] * column[k];
  }
  return true;
}

}  // namespace

bool find_inverse_factor(std::span<double> gram, Index count, double* factor) {
  constexpr Index unit = padded<double>(1);
  if (!factorise(gram.data(), count, factor)) return false;
  // L^-T is found row by row, from the last row up, by substitution. The loop over b goes along rows of both matrices,
  // in whole units. To the left of the diagonal and behind the last column there are zeros.
  const Index stride = padded<double>(count);
  std::fill_n(factor, count * stride, 0.0);
  for (Index a = count; a-- > 0;) {
    double* const row = factor + a * stride;
    for (Index k = a + 1; k < count; ++k) {
      const double weight = gram[as_size(k * count + a)];
      const double* const below = factor + k * stride;
      for (Index b = k / unit * unit; b < stride; b += unit)
        for (Index c = b; c < b + unit; ++c) row[c] += weight * below[c];
    }
    const double diagonal = gram[as_size(a * count + a)];
    for (Index b = 0; b < stride; ++b) row[b] = -row[b] / diagonal;
    row[a] = 1.0 / diagonal;
  }
  return true;
}

}  // namespace fullforce
