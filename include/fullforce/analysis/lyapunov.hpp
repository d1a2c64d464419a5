#pragma once
#include <vector>

#include "fullforce/analysis/matrix_product.hpp"
#include "fullforce/model/network_options.hpp"

namespace fullforce {

/// The Lyapunov exponents that follow from a trajectory, in falling order.
struct LyapunovResult {
  std::vector<double> exponents;                 ///< [k], 1/s
  std::vector<double> errors;                    ///< [k], standard errors from ten parts of the trajectory, 1/s
  std::vector<double> time;                      ///< [m], time since the first part that counts, s
  std::vector<std::vector<double>> convergence;  ///< [m][k], exponents up to that time
  double seconds = 0.0;                          ///< time that the averages extend over
  double transient = 0.0;                        ///< time before it that is left out, s
};

/// The dimension of Kaplan and Yorke, at which the sum of the exponents crosses zero. It is NaN if the sum stays
/// positive.
double kaplan_yorke_dimension(const std::vector<double>& exponents);

/// How small deviations of a system's state evolve. The QR method needs this of a system.
class TangentMap {
 public:
  virtual ~TangentMap() = default;

  /// Computes tangents <- (Jacobian of the coming step) tangents, where `tangents` is [local rows, k]. **Collective.**
  virtual void advance(StreamArray<double>& tangents) = 0;
};

/// The first k Lyapunov exponents by the QR method (Benettin et al. 1980; Geist, Parlitz & Lauterborn 1990). k tangent
/// vectors evolve with the system and are made orthonormal at intervals. The exponents are the mean logarithms, for
/// each second, of the factors by which that shortens them. The first tenth of the intervals is left out.
class LyapunovSpectrum {
 public:
  /// Prepares k <= N exponents of a system of N = layout.rows() variables with time step dt (s). The tangent vectors
  /// are made orthonormal every `interval` steps.
  LyapunovSpectrum(const Layout& layout, Index exponents, double dt, Index interval);

  /// Takes in one step of the system. Throws RunError if the tangent vectors become linearly dependent; a shorter
  /// interval then helps. **Collective.**
  void step(TangentMap& map);

  /// The result so far, which is the same on every rank. Its exponents are empty before twenty intervals have passed.
  LyapunovResult result() const;

 private:
  std::vector<double> orthonormalise();
  double mean(Index exponent, std::size_t first, std::size_t end) const;

  const Layout* layout_;
  double dt_;
  Index interval_;
  Index steps_ = 0;
  StreamArray<double> tangents_;
  std::vector<std::vector<double>> growth_;  ///< logarithms of each interval, [k]
};

/// The tangents of rate neurons r = f(x) with the step x <- x + relaxation (A r + inputs - x). They evolve as
///   tangents <- tangents + relaxation (A (f'(x) tangents) - tangents).
class RateTangents : public TangentMap {
 public:
  RateTangents(const Layout& layout, const WeightMatrix& matrix, Index exponents, double relaxation,
               Nonlinearity nonlinearity = Nonlinearity::tanh);

  /// Sets the rates r of all neurons before the step, [N]. The next advance() reads them.
  void follow(std::span<const double> rates) { rates_ = rates; }
  void advance(StreamArray<double>& tangents) override;

 private:
  const Layout* layout_;
  double relaxation_;
  Nonlinearity nonlinearity_;
  MatrixProduct product_;
  std::span<const double> rates_;
  StreamArray<double> currents_;
};

}  // namespace fullforce
