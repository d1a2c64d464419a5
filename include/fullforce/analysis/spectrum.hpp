#pragma once
#include <complex>
#include <span>
#include <string>
#include <vector>

#include "fullforce/analysis/matrix_product.hpp"

namespace fullforce {

struct SpectrumOptions {
  /// With at most so many rows, all eigenvalues are computed, by the root alone (10 N^3 operations, 24 N^2 bytes).
  Index dense_limit = 3000;
  /// With more rows, so many eigenvalues of largest magnitude are computed.
  Index leading = 100;
};

/// Eigenvalues by falling magnitude. Of a pair of conjugates, the one above the real axis comes first.
struct Spectrum {
  std::vector<std::complex<double>> values;
  std::string method;  ///< "all" | "leading" | "low-rank" (all but the zeros that a matrix of low rank has)
  Index wanted = 0;    ///< number asked for; larger than that of the values if an iteration did not converge
};

/// The eigenvalues of a matrix of weights, on the root; the result is empty elsewhere. A small matrix is solved by the
/// dense QR algorithm. If there is no dense part, the eigenvalues are those of the d x d matrix R^T L. A large matrix
/// is solved by the implicitly restarted Arnoldi method (Spectra), in which the root iterates and all ranks multiply.
/// Throws RunError if a solver fails. **Collective.**
Spectrum eigenvalues(const Layout& layout, const WeightMatrix& matrix, const SpectrumOptions& options = {});

/// The eigenvalues of the Jacobian -I + A diag(slopes) of a network with weights A, by falling real part, on the root;
/// the result is empty elsewhere. `slopes` are the derivatives of the rates of this rank's neurons. The methods are
/// those of eigenvalues(); the Arnoldi method looks for the largest real parts. An A without a dense part has d
/// eigenvalues, and one more that stands for the N - d that are -1. **Collective.**
Spectrum jacobian_eigenvalues(const Layout& layout, const WeightMatrix& matrix, std::span<const double> slopes,
                              const SpectrumOptions& options);

}  // namespace fullforce
