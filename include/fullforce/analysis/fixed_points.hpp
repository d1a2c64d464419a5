#pragma once
#include <cstdint>

#include "fullforce/analysis/levenberg_marquardt.hpp"
#include "fullforce/analysis/spectrum.hpp"

namespace fullforce {

/// States of a run from which fixed points are looked for. The run is cut into as many parts as there are starts, and
/// from each part one step is drawn.
class StartStates {
 public:
  static constexpr Index default_starts = 64;

  /// Draws the steps. There are `starts` of them, or `steps` if the run has fewer steps than that.
  StartStates(const Layout& layout, Index steps, Index starts, std::uint64_t seed);

  /// Receives the next step: the states of this rank's neurons.
  void step(std::span<const double> states);

  const StreamArray<double>& states() const { return states_; }  ///< [local rows, starts]
  const std::vector<Index>& steps() const { return steps_; }     ///< of the run from which the starts are taken, rising

 private:
  std::vector<Index> steps_;
  StreamArray<double> states_;
  Index step_ = 0;
  std::size_t kept_ = 0;
};

struct FixedPointOptions {
  MinimisationOptions minimisation;
  /// Two points count as the same if the root mean square of their difference is at most this fraction of that of the
  /// starts.
  double same = 1e-4;
  /// If there are more neurons than the limit, only the eigenvalues with the largest real parts are found.
  SpectrumOptions spectrum{500, 20};
};

/// A state in which the network stays, or near which it moves slowly.
struct StationaryPoint {
  bool fixed = false;  ///< whether q is at most the tolerance; otherwise it is a minimum of q, a slow point
  double q = 0.0;
  double distance = 0.0;                          ///< to the nearest start, root mean square over the neurons
  std::vector<Index> starts;                      ///< numbers of the starts that lead here, rising
  Index unstable = 0;                             ///< number of eigenvalues with a real part above `neutral`
  std::vector<std::complex<double>> eigenvalues;  ///< of the Jacobian, by falling real part; on the root

  /// An eigenvalue whose real part is nearer to zero than this belongs to a direction in which the point neither
  /// attracts nor repels.
  static constexpr double neutral = 1e-6;
};

struct FixedPoints {
  std::vector<Minimum> minima;          ///< where the search from each start has ended
  std::vector<StationaryPoint> points;  ///< fixed ones first, and then by the number of unstable directions
  std::vector<double> states;           ///< [points, N] on the root; empty elsewhere
  std::vector<double> rates;            ///< [points, N], of the same states

  Index count(bool fixed) const;          ///< number of points that are fixed, or slow
  Index stable() const;                   ///< number of fixed points without an unstable direction
  std::vector<Index> unfinished() const;  ///< starts that led to no point
};

/// Finds the fixed points and slow points of the network whose velocity is given, from `starts` [local rows, count].
/// All but states, rates and eigenvalues are the same on every rank. The method is that of Sussillo & Barak (2013).
/// **Collective.**
FixedPoints find_fixed_points(const Layout& layout, const WeightMatrix& J, Nonlinearity nonlinearity,
                              std::span<const double> input_currents, const StreamArray<double>& starts,
                              const FixedPointOptions& options = {});

}  // namespace fullforce
