#pragma once
#include <vector>

#include "fullforce/analysis/network_field.hpp"

namespace fullforce {

struct MinimisationOptions {
  double tolerance = 1e-20;  ///< of q, at which a state counts as a fixed point: a velocity of 1.4e-10 for each neuron
  double gradient = 1e-5;    ///< of |A^T F| / |F|, at which a state counts as a minimum of q
  Index iterations = 200;    ///< at most
  Index products = 100;      ///< products with A for the step of one iteration, at most
};

/// Where the minimisation from one start has ended.
struct Minimum {
  enum class Kind {
    fixed,      ///< q is at most the tolerance
    slow,       ///< q has a minimum above the tolerance
    unfinished  ///< neither was reached
  };
  Kind kind = Kind::unfinished;
  double q = 0.0;
  Index iterations = 0;
};

/// Minimises q(x) = |F(x)|^2 / 2N from each of the states x [local rows, count], which become those that were found.
/// All states move side by side, each by the method of Levenberg and Marquardt: the step d minimises
/// |F + A d|^2 + mu |d|^2. Conjugate gradients find it (CGLS, Bjorck 1996), with a product with A and one with A^T in
/// each of their iterations. mu is lambda |F| / sqrt(N) (Fan 2003), where lambda falls while q falls as the linear
/// model of F predicts, and rises otherwise. Near a fixed point the steps are those of Newton's method. The results are
/// the same on every rank and on any layout. **Collective.**
std::vector<Minimum> minimise_speed(NetworkField& field, StreamArray<double>& x, const MinimisationOptions& options);

/// The memory that the minimisation takes on the rank with the most rows besides the field and x, in bytes.
Index minimisation_bytes(const RowPartition& partition, Index count);

}  // namespace fullforce
