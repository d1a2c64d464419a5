#pragma once
#ifdef FULLFORCE_BENCH_OPENBLAS
#include <cblas.h>

// OpenBLAS multiplies row-major matrices for comparison: c [m, n] = a [m, k] b [k, n].

namespace fullforce {

inline void multiply_by_blas(int m, int n, int k, const double* a, int lda, const double* b, int ldb, double* c,
                             int ldc) {
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1.0, a, lda, b, ldb, 0.0, c, ldc);
}
inline void multiply_by_blas(int m, int n, int k, const float* a, int lda, const float* b, int ldb, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1.0F, a, lda, b, ldb, 0.0F, c, ldc);
}

}  // namespace fullforce
#endif
