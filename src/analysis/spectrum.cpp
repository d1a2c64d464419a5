#include "fullforce/analysis/spectrum.hpp"

#include <Spectra/GenEigsSolver.h>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <numbers>

#include "fullforce/base/check.hpp"

namespace fullforce {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Values = std::vector<std::complex<double>>;

/// Conjugate eigenvalues have magnitudes that are equal to the last bit. The imaginary parts then decide, so that the
/// order is the same in every run.
void sort_by_magnitude(Values& values) {
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
    const double magnitude_a = std::norm(a), magnitude_b = std::norm(b);
    if (magnitude_a != magnitude_b) return magnitude_a > magnitude_b;
    return a.imag() != b.imag() ? a.imag() > b.imag() : a.real() > b.real();
  });
}

Values dense_eigenvalues(const std::vector<double>& elements, Index n) {
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(Eigen::Map<const Matrix>(elements.data(), n, n), false);
  if (solver.info() != Eigen::Success) throw RunError("the QR algorithm for eigenvalues did not converge");
  return Values(solver.eigenvalues().begin(), solver.eigenvalues().end());
}

/// The product that Spectra multiplies with. The root asks for it and all ranks take part in it. The iteration on the
/// root alone decides how many products there are, so that no rank can disagree.
class ServedProduct {
 public:
  using Scalar = double;

  ServedProduct(const Layout& layout, const WeightMatrix& matrix)
      : layout_(&layout),
        product_(layout, matrix, 1),
        gather_(layout.comm(), layout.partition(), 1),
        x_(as_size(layout.rows())),
        mine_(layout, 1) {}

  Index rows() const { return layout_->rows(); }
  Index cols() const { return layout_->rows(); }

  void perform_op(const double* x, double* y) const {
    announce(1);
    std::copy_n(x, rows(), x_.begin());
    multiply(std::span(y, x_.size()));
  }

  /// Takes part in the root's products until the root dismisses the ranks. All ranks but the root call it.
  void serve() const {
    std::vector<double> y(x_.size());
    while (announce(0) != 0) multiply(y);
  }
  void dismiss() const { announce(0); }

 private:
  std::int64_t announce(std::int64_t more) const {
    layout_->comm().broadcast(std::span(&more, 1));
    return more;
  }

  void multiply(std::span<double> y) const {
    layout_->comm().broadcast(std::span<double>(x_));
    for (Index i = 0; i < mine_.rows(); ++i) mine_(i, 0) = x_[as_size(layout_->first_row() + i)];
    product_(mine_, mine_);
    for (Index i = 0; i < mine_.rows(); ++i) y[as_size(layout_->first_row() + i)] = mine_(i, 0);
    gather_(y);
  }

  const Layout* layout_;
  mutable MatrixProduct product_;
  RowGather gather_;
  mutable std::vector<double> x_;
  mutable StreamArray<double> mine_;
};

/// Whether the matrix takes a vector that has no zero and no two equal elements to zero. J does so before anything was
/// learned.
bool is_zero(const ServedProduct& product) {
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(product.rows(), 1.0, std::numbers::e);
  Eigen::VectorXd y(product.rows());
  product.perform_op(x.data(), y.data());
  return (y.array() == 0.0).all();
}

Values arnoldi(const ServedProduct& product, Index wanted) {
  if (is_zero(product)) return Values(as_size(wanted));  // the Krylov spaces of a zero matrix are empty
  Spectra::GenEigsSolver<const ServedProduct> solver(product, wanted, std::min(product.rows(), 4 * wanted));
  solver.init();
  solver.compute(Spectra::SortRule::LargestMagn, 1000, 1e-8);
  const Eigen::VectorXcd found = solver.eigenvalues();
  return Values(found.begin(), found.end());
}

Values leading_eigenvalues(const Layout& layout, const WeightMatrix& matrix, Index wanted) {
  const ServedProduct product(layout, matrix);
  Values values;
  std::string failure;
  if (layout.comm().is_root()) {
    try {
      values = arnoldi(product, wanted);
    } catch (const std::exception& error) {
      failure = text_of(error);
    }
    product.dismiss();
  } else {
    product.serve();
  }
  agree(layout.comm(), [&] {
    if (!failure.empty()) throw RunError("the Arnoldi iteration for eigenvalues failed: " + failure);
  });
  return values;
}

/// Finds the eigenvalues of a matrix that the root holds whole.
Values solve_on_root(const Layout& layout, const std::vector<double>& elements, Index n) {
  Values values;
  agree(layout.comm(), [&] {
    if (layout.comm().is_root() && n > 0) values = dense_eigenvalues(elements, n);
  });
  return values;
}

}  // namespace

Spectrum eigenvalues(const Layout& layout, const WeightMatrix& matrix, const SpectrumOptions& options) {
  const Index n = layout.rows();
  Spectrum spectrum;
  if (!matrix.has_W()) {
    spectrum = {solve_on_root(layout, inner_products(layout, matrix.right, matrix.left), matrix.inner()), "low-rank",
                matrix.inner()};
  } else if (n <= options.dense_limit) {
    spectrum = {solve_on_root(layout, gather_matrix(layout, matrix), n), "all", n};
  } else {
    const Index wanted = std::min(options.leading, n - 2);
    spectrum = {leading_eigenvalues(layout, matrix, wanted), "leading", wanted};
  }
  sort_by_magnitude(spectrum.values);
  return spectrum;
}

}  // namespace fullforce
