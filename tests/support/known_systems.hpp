#pragma once
#include <array>
#include <functional>
#include <utility>

#include "fullforce/analysis/lyapunov.hpp"

// These are systems whose Lyapunov exponents are known.

namespace fullforce {

inline WeightMatrix dense(const Layout& layout, const std::function<double(Index, Index)>& value) {
  WeightMatrix matrix{RowMatrix<double>(layout.local_rows(), layout.rows()), {}, {}, {}};
  for (Index i = 0; i < layout.local_rows(); ++i)
    for (Index j = 0; j < layout.rows(); ++j) matrix.dense(i, j) = value(layout.first_row() + i, j);
  return matrix;
}

/// The map x <- A x.
class LinearMap : public TangentMap {
 public:
  LinearMap(const Layout& layout, const WeightMatrix& matrix, Index vectors) : product_(layout, matrix, vectors) {}
  void advance(StreamArray<double>& tangents) override { product_(tangents, tangents); }

 private:
  MatrixProduct product_;
};

/// A triangular matrix. As a map, it has its exponents on the diagonal: log 2, log 1, and log 1/2 for each step.
inline WeightMatrix triangular(const Layout& layout) {
  constexpr double elements[3][3] = {{0.5, 3.0, -1.0}, {0.0, 2.0, 1.0}, {0.0, 0.0, 1.0}};
  return dense(layout, [&](Index i, Index j) { return elements[i][j]; });
}

/// The Lorenz system (sigma 10, rho 28, beta 8/3). The classical Runge-Kutta method moves its state and its tangents.
/// All three variables stand on the rank that owns the only block.
class Lorenz : public TangentMap {
 public:
  explicit Lorenz(double dt) : dt_(dt) {}

  void advance(StreamArray<double>& tangents) override {
    std::array<State, 3> columns{};
    const bool here = tangents.rows() == 3;
    for (Index j = 0; here && j < tangents.streams(); ++j)
      for (Index i = 0; i < 3; ++i) columns[as_size(j)][as_size(i)] = tangents(i, j);
    move(columns);
    for (Index j = 0; here && j < tangents.streams(); ++j)
      for (Index i = 0; i < 3; ++i) tangents(i, j) = columns[as_size(j)][as_size(i)];
  }

 private:
  using State = std::array<double, 3>;
  struct Slope {
    State state;
    std::array<State, 3> tangents;
  };

  static Slope slope(const State& s, const std::array<State, 3>& tangents) {
    Slope d;
    d.state = {10.0 * (s[1] - s[0]), s[0] * (28.0 - s[2]) - s[1], s[0] * s[1] - 8.0 / 3.0 * s[2]};
    for (std::size_t j = 0; j < 3; ++j) {
      const State& v = tangents[j];
      d.tangents[j] = {10.0 * (v[1] - v[0]), (28.0 - s[2]) * v[0] - v[1] - s[0] * v[2],
                       s[1] * v[0] + s[0] * v[1] - 8.0 / 3.0 * v[2]};
    }
    return d;
  }

  static void add(State& to, const State& d, double h) {
    for (std::size_t i = 0; i < 3; ++i) to[i] += h * d[i];
  }

  Slope slope_after(const std::array<State, 3>& tangents, const Slope& d, double h) const {
    State s = state_;
    std::array<State, 3> v = tangents;
    add(s, d.state, h);
    for (std::size_t j = 0; j < 3; ++j) add(v[j], d.tangents[j], h);
    return slope(s, v);
  }

  void move(std::array<State, 3>& tangents) {
    const Slope k1 = slope(state_, tangents);
    const Slope k2 = slope_after(tangents, k1, 0.5 * dt_);
    const Slope k3 = slope_after(tangents, k2, 0.5 * dt_);
    const Slope k4 = slope_after(tangents, k3, dt_);
    const std::array<std::pair<const Slope*, double>, 4> weighted = {
        {{&k1, dt_ / 6}, {&k2, dt_ / 3}, {&k3, dt_ / 3}, {&k4, dt_ / 6}}};
    for (const auto& [k, h] : weighted) {
      add(state_, k->state, h);
      for (std::size_t j = 0; j < 3; ++j) add(tangents[j], k->tangents[j], h);
    }
  }

  double dt_;
  State state_ = {1.0, 2.0, 20.0};
};

}  // namespace fullforce
