#include "damped_least_squares.hpp"

#include <algorithm>

namespace fullforce {

void combine(const Layout& layout, const std::vector<double>& a, const StreamArray<double>& x,
             const std::vector<double>& b, StreamArray<double>& y) {
  layout.for_each_block([&](RowBlock block) {
    for (Index i = block.local; i < block.local + block.rows; ++i)
      for (Index c = 0; c < y.streams(); ++c) y(i, c) = a[as_size(c)] * x(i, c) + b[as_size(c)] * y(i, c);
  });
}

namespace {

std::vector<double> all(Index count, double value) { return std::vector<double>(as_size(count), value); }

}  // namespace

DampedLeastSquares::DampedLeastSquares(NetworkField& field)
    : field_(&field),
      d_(field.layout(), field.count()),
      residual_(field.layout(), field.count()),
      gradient_(field.layout(), field.count()),
      direction_(field.layout(), field.count()),
      image_(field.layout(), field.count()) {}

void DampedLeastSquares::solve(const StreamArray<double>& F, const std::vector<double>& mu,
                               const std::vector<double>& tolerance, Index limit) {
  begin(F);
  std::vector<bool> active(mu.size());
  for (Index k = 0; k < limit; ++k) {
    for (std::size_t c = 0; c < active.size(); ++c)
      active[c] = gradients_[c] > tolerance[c] * tolerance[c] * first_gradients_[c];
    if (std::none_of(active.begin(), active.end(), [](bool moves) { return moves; })) return;
    iterate(mu, active);
  }
}

void DampedLeastSquares::begin(const StreamArray<double>& F) {
  const Layout& layout = field_->layout();
  const std::vector<double> zero = all(field_->count(), 0.0), one = all(field_->count(), 1.0);
  combine(layout, zero, F, zero, d_);
  combine(layout, all(field_->count(), -1.0), F, zero, residual_);
  field_->multiply_transposed(residual_, gradient_);
  combine(layout, one, gradient_, zero, direction_);
  gradients_ = first_gradients_ = column_products(layout, gradient_, gradient_);
}

/// A column that is not active keeps its d.
void DampedLeastSquares::iterate(const std::vector<double>& mu, const std::vector<bool>& active) {
  const Layout& layout = field_->layout();
  const std::size_t count = mu.size();
  field_->multiply(direction_, image_);
  const std::vector<double> images = column_products(layout, image_, image_);
  const std::vector<double> directions = column_products(layout, direction_, direction_);
  std::vector<double> forwards(count, 0.0), backwards(count, 0.0), damping(count), turn(count, 0.0);
  for (std::size_t c = 0; c < count; ++c) {
    if (active[c]) forwards[c] = gradients_[c] / (images[c] + mu[c] * directions[c]);
    backwards[c] = -forwards[c];
    damping[c] = -mu[c];
  }
  const std::vector<double> one = all(field_->count(), 1.0);
  combine(layout, forwards, direction_, one, d_);
  combine(layout, backwards, image_, one, residual_);
  field_->multiply_transposed(residual_, gradient_);
  combine(layout, damping, d_, one, gradient_);
  const std::vector<double> gradients = column_products(layout, gradient_, gradient_);
  for (std::size_t c = 0; c < count; ++c) {
    if (!active[c]) continue;
    turn[c] = gradients[c] / gradients_[c];
    gradients_[c] = gradients[c];
  }
  combine(layout, one, gradient_, turn, direction_);
}

std::vector<double> DampedLeastSquares::predicted() const {
  return column_products(field_->layout(), residual_, residual_);
}

}  // namespace fullforce
