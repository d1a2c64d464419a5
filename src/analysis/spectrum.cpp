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

/// By falling real part. Conjugates come together, the one above the axis first.
void sort_by_real_part(Values& values) {
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
    return a.real() != b.real() ? a.real() > b.real() : a.imag() > b.imag();
  });
}

/// The product with A diag(slopes) that Spectra multiplies with. Without slopes it is the product with A. The root asks
/// for it and all ranks take part in it. The iteration on the root alone decides how many products there are, so that
/// no rank can disagree.
class ServedProduct {
 public:
  using Scalar = double;

  ServedProduct(const Layout& layout, const WeightMatrix& matrix, std::span<const double> slopes)
      : layout_(&layout),
        slopes_(slopes),
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
    for (Index i = 0; i < mine_.rows(); ++i)
      mine_(i, 0) = (slopes_.empty() ? 1.0 : slopes_[as_size(i)]) * x_[as_size(layout_->first_row() + i)];
    product_(mine_, mine_);
    for (Index i = 0; i < mine_.rows(); ++i) y[as_size(layout_->first_row() + i)] = mine_(i, 0);
    gather_(y);
  }

  const Layout* layout_;
  std::span<const double> slopes_;
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

Values arnoldi(const ServedProduct& product, Index wanted, Spectra::SortRule first) {
  if (is_zero(product)) return Values(as_size(wanted));  // the Krylov spaces of a zero matrix are empty
  Spectra::GenEigsSolver<const ServedProduct> solver(product, wanted, std::min(product.rows(), 4 * wanted));
  solver.init();
  solver.compute(first, 1000, 1e-8);
  const Eigen::VectorXcd found = solver.eigenvalues();
  return Values(found.begin(), found.end());
}

Values leading_eigenvalues(const Layout& layout, const ServedProduct& product, Index wanted, Spectra::SortRule first) {
  Values values;
  std::string failure;
  if (layout.comm().is_root()) {
    try {
      values = arnoldi(product, wanted, first);
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

/// The whole of A diag(slopes) on the root.
std::vector<double> gather_scaled(const Layout& layout, const WeightMatrix& matrix, std::span<const double> slopes) {
  std::vector<double> whole = gather_matrix(layout, matrix);
  const Index n = layout.rows();
  const std::vector<double> factors = gather_rows(layout, {slopes.data(), 1, 1});
  for (Index i = 0; layout.comm().is_root() && i < n; ++i)
    for (Index j = 0; j < n; ++j) whole[as_size(i * n + j)] *= factors[as_size(j)];
  return whole;
}

/// The small matrix R^T diag(slopes) L, which has the nonzero eigenvalues of L R^T diag(slopes).
std::vector<double> small_matrix(const Layout& layout, const WeightMatrix& matrix, std::span<const double> slopes) {
  RowMatrix<double> scaled(layout.local_rows(), matrix.inner());
  for (Index i = 0; i < scaled.rows(); ++i)
    for (Index c = 0; c < scaled.cols(); ++c) scaled(i, c) = slopes[as_size(i)] * matrix.left(i, c);
  return inner_products(layout, matrix.right, scaled);
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
    spectrum = {leading_eigenvalues(layout, ServedProduct(layout, matrix, {}), wanted, Spectra::SortRule::LargestMagn),
                "leading", wanted};
  }
  sort_by_magnitude(spectrum.values);
  return spectrum;
}

Spectrum jacobian_eigenvalues(const Layout& layout, const WeightMatrix& matrix, std::span<const double> slopes,
                              const SpectrumOptions& options) {
  const Index n = layout.rows(), d = matrix.inner();
  Spectrum spectrum;
  if (!matrix.has_W()) {
    spectrum = {solve_on_root(layout, small_matrix(layout, matrix, slopes), d), "low-rank", d};
    if (d < n && layout.comm().is_root()) spectrum.values.push_back(0.0);
  } else if (n <= options.dense_limit) {
    spectrum = {solve_on_root(layout, gather_scaled(layout, matrix, slopes), n), "all", n};
  } else {
    const Index wanted = std::min(options.leading, n - 2);
    spectrum = {
        leading_eigenvalues(layout, ServedProduct(layout, matrix, slopes), wanted, Spectra::SortRule::LargestReal),
        "leading", wanted};
  }
  for (std::complex<double>& value : spectrum.values) value -= 1.0;
  sort_by_real_part(spectrum.values);
  return spectrum;
}

}  // namespace fullforce
