#pragma once
#include <vector>

#include "fullforce/analysis/matrix_product.hpp"
#include "fullforce/model/network_options.hpp"

namespace fullforce {

/// Lyapunov exponents as far as a trajectory tells, in falling order.
struct LyapunovResult {
  std::vector<double> exponents;                 ///< [k], 1/s
  std::vector<double> errors;                    ///< [k], standard errors from ten parts of the trajectory, 1/s
  std::vector<double> time;                      ///< [m], s since the first part that counts
  std::vector<std::vector<double>> convergence;  ///< [m][k], the exponents up to that time
  double seconds = 0.0;                          ///< that the averages are over
  double transient = 0.0;                        ///< left out before, s
};

/// The dimension of Kaplan and Yorke: where the sum of the exponents crosses zero. NaN where it stays positive.
double kaplan_yorke_dimension(const std::vector<double>& exponents);

/// How small deviations of a system's state move on: what the QR method asks of a system.
class TangentMap {
 public:
  virtual ~TangentMap() = default;

  /// tangents [local rows, k] <- Jacobian of the coming step, times tangents. **Collective.**
  virtual void advance(StreamArray<double>& tangents) = 0;
};

/// The first k Lyapunov exponents by the QR method (Benettin et al. 1980; Geist, Parlitz & Lauterborn 1990): k tangent
/// vectors move with the system and are made orthonormal at intervals; the exponents are the mean logarithms of what
/// that takes off their lengths. The first tenth of the intervals is left out.
class LyapunovSpectrum {
 public:
  /// k <= N exponents of a system of N = layout.rows() variables with time step dt (s), orthonormal every `interval`
  /// steps.
  LyapunovSpectrum(const Layout& layout, Index exponents, double dt, Index interval);

  /// One step of the system. Throws RunError where tangents become linearly dependent (a shorter interval helps).
  /// **Collective.**
  void step(TangentMap& map);

  /// So far, the same on every rank; exponents are empty before twenty intervals have passed.
  LyapunovResult result() const;

 private:
  std::vector<double> orthonormalise();
  double mean(Index exponent, std::size_t first, std::size_t end) const;

  const Layout* layout_;
  double dt_;
  Index interval_;
  Index steps_ = 0;
  StreamArray<double> tangents_;
  std::vector<std::vector<double>> growth_;  ///< of each interval: logarithms, [k]
};

/// Tangents of rate neurons r = f(x), x <- x + relaxation (A r + inputs - x):
///   tangents <- tangents + relaxation (A (f'(x) tangents) - tangents).
class RateTangents : public TangentMap {
 public:
  RateTangents(const Layout& layout, const WeightMatrix& matrix, Index exponents, double relaxation,
               Nonlinearity nonlinearity = Nonlinearity::tanh);

  /// The rates r of all neurons before the step, [N]; read by the next advance().
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
