#include "fullforce/learning/basis.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "fullforce/base/random.hpp"

namespace fullforce {
namespace {

using Matrix = Eigen::MatrixXd;

/// Each step has four vectors, of which each brings little that is new, and some bring nothing. Every vector is the
/// last one turned by a thousandth towards a random direction. But the third repeats the second, and the fourth differs
/// from the first by a hundred-thousandth.
class NearlyDependent {
 public:
  static constexpr Index count = 4;

  explicit NearlyDependent(Index neurons) : vectors_(Matrix::Zero(neurons, count)), last_(random(neurons, 0)) {}

  const Matrix& next() {
    const Index n = vectors_.rows();
    for (Index b = 0; b < 2; ++b) vectors_.col(b) = last_ = (0.999 * last_ + 0.001 * random(n, ++drawn_)).eval();
    vectors_.col(2) = vectors_.col(1);
    vectors_.col(3) = vectors_.col(0) + 1e-5 * random(n, ++drawn_);
    return vectors_;
  }

 private:
  static Eigen::VectorXd random(Index neurons, Index number) {
    Eigen::VectorXd v(neurons);
    for (Index i = 0; i < neurons; ++i)
      v(i) = 2.0 * Draws(4, Purpose::network_state, static_cast<std::uint64_t>(number)).uniform(i) - 1.0;
    return v;
  }

  Matrix vectors_;
  Eigen::VectorXd last_;
  Index drawn_ = 0;
};

/// A basis on this rank that is fed with whole vectors.
template <Real T>
class Harness {
 public:
  Harness(const Communicator& comm, Index neurons, Index max_rank, double tolerance)
      : layout_(comm, neurons),
        rates_(layout_, NearlyDependent::count),
        basis_(layout_, max_rank, tolerance, NearlyDependent::count) {}

  void step(const Matrix& vectors, const std::vector<Index>& chosen = {0, 1, 2, 3}) {
    for (Index i = 0; i < layout_.local_rows(); ++i)
      for (Index b = 0; b < vectors.cols(); ++b) rates_(i, b) = static_cast<T>(vectors(layout_.first_row() + i, b));
    basis_.project(piece(), std::sqrt(static_cast<double>(layout_.rows())), timer_);
    basis_.grow(piece(), chosen, timer_);
  }

  /// U of all ranks.
  Matrix matrix() const {
    const Index n = layout_.rows(), d = basis_.dimension();
    std::vector<double> all(as_size(n * d));
    for (Index i = 0; i < layout_.local_rows(); ++i)
      for (Index k = 0; k < d; ++k)
        all[as_size((layout_.first_row() + i) * d + k)] = static_cast<double>(basis_.matrix()(i, k));
    RowGather(layout_.comm(), layout_.partition(), d)(std::span<double>(all));
    return Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(all.data(), n, d);
  }

  Matrix coordinates() const {
    Matrix a(basis_.dimension(), NearlyDependent::count);
    for (Index k = 0; k < a.rows(); ++k)
      for (Index b = 0; b < a.cols(); ++b) a(k, b) = basis_.coordinates().group(0)(b, k);
    return a;
  }

  const Basis<T>& basis() const { return basis_; }
  const Layout& layout() const { return layout_; }

 private:
  MatrixView<const T> piece() const { return rates_.from(0); }

  Layout layout_;
  StreamArray<T> rates_;
  Basis<T> basis_;
  RegionTimer timer_;
};

double distance_from_orthonormal(const Matrix& U) {
  return (U.transpose() * U - Matrix::Identity(U.cols(), U.cols())).cwiseAbs().maxCoeff();
}

TEST(Basis, StaysOrthonormalInTheWorstOrder) {
  const Communicator comm = Communicator::world();
  Harness<double> run(comm, 600, 500, 5e-12);
  NearlyDependent rates(600);
  for (Index k = 0; k < 400 && !run.basis().full(); ++k) run.step(rates.next());
  EXPECT_EQ(run.basis().dimension(), 500);
  EXPECT_LT(distance_from_orthonormal(run.matrix()), 1e-10);
}

TEST(Basis, InSinglePrecisionToItsRounding) {
  const Communicator comm = Communicator::world();
  Harness<float> run(comm, 600, 300, 5e-7);
  NearlyDependent rates(600);
  for (Index k = 0; k < 300; ++k) run.step(rates.next());
  EXPECT_GT(run.basis().dimension(), 100);
  EXPECT_LT(distance_from_orthonormal(run.matrix()), 3e-6);
}

TEST(Basis, HoldsWhatItWasGiven) {
  const Communicator comm = Communicator::world();
  const double tolerance = 1e-10;
  Harness<double> run(comm, 300, 300, tolerance);
  NearlyDependent rates(300);
  for (Index k = 0; k < 50; ++k) {
    const Matrix vectors = rates.next();
    run.step(vectors);
    const Matrix U = run.matrix(), a = run.coordinates();
    EXPECT_LT((a - U.transpose() * vectors).cwiseAbs().maxCoeff(), 1e-12);
    const double least = tolerance * vectors.squaredNorm() / 4.0;
    for (Index b = 0; b < 4; ++b) EXPECT_LE((vectors.col(b) - U * a.col(b)).squaredNorm(), 1.01 * least) << k;
  }
  EXPECT_GE(run.basis().dimension(), 100) << "two new directions a step, at the least";
  EXPECT_LE(run.basis().energy_left_out(), 1.01 * tolerance * run.basis().energy());
}

TEST(Basis, GrowsForTheChosenAlone) {
  const Communicator comm = Communicator::world();
  Harness<double> run(comm, 100, 100, 3e-10);
  NearlyDependent rates(100);
  run.step(rates.next(), {});
  EXPECT_EQ(run.basis().dimension(), 0);
  EXPECT_EQ(run.basis().energy(), 0.0);
  run.step(rates.next(), {1, 2});
  EXPECT_EQ(run.basis().dimension(), 1) << "the third vector repeats the second";
  EXPECT_LT(run.basis().outside(2), 1e-10);
  EXPECT_GT(run.basis().outside(0), 1e-8);
}

TEST(Basis, NeverExceedsItsLargestRankAndSaysWhatItLeavesOut) {
  const Communicator comm = Communicator::world();
  Harness<double> run(comm, 100, 7, 3e-10);
  NearlyDependent rates(100);
  double left_out = 0.0;
  for (Index k = 0; k < 30; ++k) {
    const Matrix vectors = rates.next();
    run.step(vectors);
    EXPECT_LE(run.basis().dimension(), 7);
    left_out += (vectors - run.matrix() * run.coordinates()).squaredNorm();
  }
  EXPECT_TRUE(run.basis().full());
  EXPECT_GT(left_out, 1e-6);
  EXPECT_NEAR(run.basis().energy_left_out() / left_out, 1.0, 1e-6);
}

TEST(Basis, GrowsAlikeOnAnyLayout) {
  const Communicator comm = Communicator::world(), self = Communicator::self();
  Harness<float> mine(comm, 333, 60, 1e-7), whole(self, 333, 60, 1e-7);
  NearlyDependent rates(333);
  for (Index k = 0; k < 40; ++k) {
    const Matrix vectors = rates.next();
    mine.step(vectors);
    whole.step(vectors);
  }
  EXPECT_EQ(mine.basis().dimension(), whole.basis().dimension());
  EXPECT_EQ((mine.coordinates() - whole.coordinates()).cwiseAbs().maxCoeff(), 0.0);
  for (Index i = 0; i < mine.layout().local_rows(); ++i)
    for (Index k = 0; k < whole.basis().dimension(); ++k)
      EXPECT_EQ(mine.basis().matrix()(i, k), whole.basis().matrix()(mine.layout().first_row() + i, k));
}

TEST(Basis, SaysWhenARateIsNotFinite) {
  const Communicator comm = Communicator::world();
  Harness<double> run(comm, 100, 7, 3e-10);
  Matrix vectors = Matrix::Constant(100, 4, 0.5);
  vectors(33, 2) = std::nan("");
  EXPECT_THROW(run.step(vectors), std::runtime_error);
}

}  // namespace
}  // namespace fullforce
