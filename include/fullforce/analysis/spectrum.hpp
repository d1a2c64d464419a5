#pragma once
#include <complex>
#include <string>
#include <vector>

#include "fullforce/analysis/matrix_product.hpp"

namespace fullforce {

struct SpectrumOptions {
  Index dense_limit =
      3000;             ///< up to this many rows all eigenvalues, by the root alone (10 N^3 operations, 24 N^2 bytes)
  Index leading = 100;  ///< beyond, so many of largest magnitude
};

/// Eigenvalues by falling magnitude (of a pair of conjugates, the one above the axis first).
struct Spectrum {
  std::vector<std::complex<double>> values;
  std::string method;  ///< "all" | "leading" | "low-rank" (all but the zeros that a matrix of low rank has)
  Index wanted = 0;    ///< more than there are values where an iteration did not converge
};

/// Eigenvalues of a matrix of weights, on the root (empty elsewhere). Small: the dense QR algorithm. Without a dense
/// part: those of the d x d matrix R^T L. Large: implicitly restarted Arnoldi (Spectra), the root iterating and all
/// ranks multiplying. Throws RunError where a solver fails. **Collective.**
Spectrum eigenvalues(const Layout& layout, const WeightMatrix& matrix, const SpectrumOptions& options = {});

}  // namespace fullforce
