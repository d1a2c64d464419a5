#include "fullforce/analysis/levenberg_marquardt.hpp"

#include <algorithm>
#include <cmath>

#include "damped_least_squares.hpp"

namespace fullforce {
namespace {

// Of lambda, which decides how far a step goes. The method does not depend much on them.
constexpr double first_lambda = 1.0, smallest_lambda = 1e-8, largest_lambda = 1e8, factor = 4.0;
// The share of the predicted decrease of q from which a step is taken, lambda rises no more, and lambda falls.
constexpr double taken = 1e-4, poor = 0.25, good = 0.75;
// Of the gradient in the equations for a step. A tighter tolerance saves a few steps near a fixed point, and costs many
// products on the long ways to slow points.
constexpr double solution = 0.01;

constexpr Index own_arrays = 4;  // of Descent

void copy_column(const StreamArray<double>& from, Index c, StreamArray<double>& to, Index d) {
  for (Index i = 0; i < from.rows(); ++i) to(i, d) = from(i, c);
}

/// What a start has on its way.
struct Progress {
  Index start = 0;  ///< column of the states that the caller has
  double lambda = first_lambda;
  double squared = 0.0;  ///< |F|^2
  Minimum minimum;
  bool ended = false;
};

/// Moves states towards minima until half of them have ended. Those that go on then continue in a smaller descent, so
/// that the last few do not cost the products of all.
class Descent {
 public:
  Descent(NetworkField& field, const MinimisationOptions& options, std::vector<Progress> columns,
          const StreamArray<double>& x)
      : field_(&field),
        options_(&options),
        columns_(std::move(columns)),
        x_(field.layout(), static_cast<Index>(columns_.size())),
        F_(field.layout(), x_.streams()),
        next_(field.layout(), x_.streams()),
        next_F_(field.layout(), x_.streams()) {
    for (Index c = 0; c < x_.streams(); ++c) copy_column(x, columns_[as_size(c)].start, x_, c);
    field.resize(x_.streams());
  }

  /// Writes all states, ended or not, to the caller's, and returns where the starts are.
  std::vector<Progress> run(StreamArray<double>& x) {
    DampedLeastSquares solver(*field_);
    field_->velocity(x_, F_);
    const std::vector<double> squares = column_products(field_->layout(), F_, F_);
    for (std::size_t c = 0; c < columns_.size(); ++c) set(columns_[c], squares[c]);
    while (2 * ended() < x_.streams()) step(solver);
    for (Index c = 0; c < x_.streams(); ++c) copy_column(x_, c, x, columns_[as_size(c)].start);
    return columns_;
  }

 private:
  double rows() const { return static_cast<double>(field_->layout().rows()); }
  double speed(const Progress& column) const { return std::sqrt(column.squared / rows()); }

  Index ended() const {
    return std::count_if(columns_.begin(), columns_.end(), [](const Progress& column) { return column.ended; });
  }

  void set(Progress& column, double squared) {
    column.squared = squared;
    column.minimum.q = squared / (2.0 * rows());
    if (column.minimum.q <= options_->tolerance) end(column, Minimum::Kind::fixed);
  }

  static void end(Progress& column, Minimum::Kind kind) {
    column.minimum.kind = kind;
    column.ended = true;
  }

  void step(DampedLeastSquares& solver) {
    std::vector<double> mu, tolerance;
    for (const Progress& column : columns_) {
      mu.push_back(column.lambda * speed(column));
      // A column that has ended is solved to a tolerance of 1, at which there is nothing to do.
      tolerance.push_back(column.ended ? 1.0 : solution);
    }
    field_->linearise(x_);
    solver.solve(F_, mu, tolerance, options_->products);
    for (Index i = 0; i < x_.rows(); ++i)
      for (Index c = 0; c < x_.streams(); ++c) next_(i, c) = x_(i, c) + solver.step()(i, c);
    field_->velocity(next_, next_F_);
    const std::vector<double> predicted = solver.predicted();
    const std::vector<double> squares = column_products(field_->layout(), next_F_, next_F_);
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      if (columns_[c].ended) continue;
      judge(static_cast<Index>(c), solver.gradients()[c], predicted[c], squares[c]);
    }
  }

  /// Takes the step of a column or leaves it.
  void judge(Index c, double gradient, double predicted, double squared) {
    Progress& column = columns_[as_size(c)];
    if (gradient <= options_->gradient * options_->gradient * column.squared) return end(column, Minimum::Kind::slow);
    const double share = (column.squared - squared) / (column.squared - predicted);
    if (share < poor) column.lambda *= factor;
    if (share > good) column.lambda = std::max(smallest_lambda, column.lambda / factor);
    ++column.minimum.iterations;
    if (share > taken) {
      copy_column(next_, c, x_, c);
      copy_column(next_F_, c, F_, c);
      set(column, squared);
    }
    const bool stuck = column.minimum.iterations >= options_->iterations || column.lambda > largest_lambda;
    if (!column.ended && stuck) end(column, Minimum::Kind::unfinished);
  }

  NetworkField* field_;
  const MinimisationOptions* options_;
  std::vector<Progress> columns_;
  StreamArray<double> x_, F_, next_, next_F_;
};

}  // namespace

std::vector<Minimum> minimise_speed(NetworkField& field, StreamArray<double>& x, const MinimisationOptions& options) {
  std::vector<Minimum> minima(as_size(x.streams()));
  std::vector<Progress> going(minima.size());
  for (std::size_t c = 0; c < going.size(); ++c) going[c].start = static_cast<Index>(c);
  while (!going.empty()) {
    going = Descent(field, options, std::move(going), x).run(x);
    for (const Progress& column : going) minima[as_size(column.start)] = column.minimum;
    std::erase_if(going, [](const Progress& column) { return column.ended; });
  }
  return minima;
}

Index minimisation_bytes(const RowPartition& partition, Index count) {
  const Index array = partition.largest_row_count() * padded_vectors<double>(count) * Index{sizeof(double)};
  return (own_arrays + DampedLeastSquares::arrays) * array;
}

}  // namespace fullforce
