#include "fullforce/linalg/matrix_operations.hpp"

namespace fullforce {

template <Real T>
void multiply(const Layout& layout, const MatrixView<const T>& A, Index cols, const VectorsView<const T>& x,
              Index vectors, const MatrixView<T>& y) {
  layout.for_each_block([&](RowBlock block) {
    kernels::multiply<T>(A.from(block.local), block.rows, cols, x, vectors, y.from(block.local));
  });
}

template <Real T>
void subtract_multiple(const Layout& layout, const MatrixView<const T>& A, Index cols, const VectorsView<const T>& x,
                       Index vectors, const MatrixView<T>& y) {
  layout.for_each_block([&](RowBlock block) {
    kernels::subtract_multiple<T>(A.from(block.local), block.rows, cols, x, vectors, y.from(block.local));
  });
}

template <Real T>
void subtract_product(const Layout& layout, const MatrixView<T>& C, Index cols, const MatrixView<const T>& left,
                      Index inner, const MatrixView<const T>& right) {
  layout.for_each_block([&](RowBlock block) {
    kernels::subtract_product<T>(C.from(block.local), block.rows, cols, left.from(block.local), inner, right);
  });
}

template <Real T>
void multiply_small(const Layout& layout, const MatrixView<const T>& in, Index count, const double* factor,
                    const MatrixView<T>& out) {
  layout.for_each_block([&](RowBlock block) {
    kernels::multiply_small<T>(in.from(block.local), block.rows, count, factor, out.from(block.local));
  });
}

template <Real T>
void add_transposed_product(const Layout& layout, const MatrixView<const T>& A, Index cols,
                            const MatrixView<const T>& x, Index vectors, BlockSums& sums,
                            std::span<AlignedArray<double>> scratch) {
  layout.for_each_block([&](RowBlock block) {
    double* const products = scratch[as_size(thread_index())].data();
    kernels::multiply_transposed<T>(A.from(block.local), block.rows, cols, x.from(block.local), vectors, products,
                                    products + padded<double>(cols * vectors));
    sums.add<double>(0, {products, as_size(cols * vectors)});
  });
}

Index transposed_product_scratch(Index block_size, Index cols, Index vectors) {
  return padded<double>(cols * vectors) + kernels::transposed_scratch(block_size, cols, vectors);
}

#define INSTANTIATE(T)                                                                                                 \
  template void multiply(const Layout&, const MatrixView<const T>&, Index, const VectorsView<const T>&, Index,         \
                         const MatrixView<T>&);                                                                        \
  template void subtract_multiple(const Layout&, const MatrixView<const T>&, Index, const VectorsView<const T>&,       \
                                  Index, const MatrixView<T>&);                                                        \
  template void subtract_product(const Layout&, const MatrixView<T>&, Index, const MatrixView<const T>&, Index,        \
                                 const MatrixView<const T>&);                                                          \
  template void multiply_small(const Layout&, const MatrixView<const T>&, Index, const double*, const MatrixView<T>&); \
  template void add_transposed_product(const Layout&, const MatrixView<const T>&, Index, const MatrixView<const T>&,   \
                                       Index, BlockSums&, std::span<AlignedArray<double>>);
INSTANTIATE(float)
INSTANTIATE(double)
#undef INSTANTIATE

}  // namespace fullforce
