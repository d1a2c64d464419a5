#include "fullforce/learning/sign_constraint.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "fullforce/base/random.hpp"
#include "support/signed_least_squares.hpp"

namespace fullforce {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr Index inputs = 7;

/// Least squares of a neuron with random regressors and targets, and the signs of its partners.
struct Problem {
  Matrix A = Matrix::Identity(inputs, inputs);
  Vector b = Vector::Zero(inputs);
  std::vector<double> signs = {1, 1, -1, 1, -1, -1, 1};

  explicit Problem(std::uint64_t seed) {
    for (std::uint64_t sample = 0; sample < 20; ++sample) {
      Vector r(inputs + 1);
      Draws(seed, Purpose::network_state, sample).normals(0, std::span(r.data(), as_size(r.size())));
      A += r.head(inputs) * r.head(inputs).transpose();
      b += r(inputs) * r.head(inputs);
    }
  }
};

RowMatrix<double> rows_of(const Matrix& P) {
  RowMatrix<double> rows(P.rows(), P.cols());
  for (Index i = 0; i < P.rows(); ++i)
    for (Index j = 0; j < P.cols(); ++j) rows(i, j) = P(i, j);
  return rows;
}

/// v of a neuron after so many descents that begin at the weights without the law.
SignConstraint<double> descended(const Problem& problem, int times) {
  const Matrix P = problem.A.inverse();
  const Vector free = P * problem.b;
  SignConstraint<double> constraint(1, inputs);
  for (Index j = 0; j < inputs; ++j) constraint.v()(0, j) = free(j);
  const RowMatrix<double> rows = rows_of(P);
  for (int k = 0; k < times; ++k) constraint.descend(0, rows, problem.signs, 1.0);
  return constraint;
}

TEST(SignConstraint, DescendsToTheLeastSquaresThatObeyTheLaw) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Problem problem(seed);
    const SignConstraint<double> constraint = descended(problem, 200);
    const Vector expected = signed_least_squares(problem.A, problem.b, problem.signs);
    for (Index j = 0; j < inputs; ++j) EXPECT_NEAR(constraint.v()(0, j), expected(j), 1e-10) << seed << " " << j;
  }
}

TEST(SignConstraint, ADescentBringsTheWeightsNearer) {
  const Problem problem(3);
  const Vector expected = signed_least_squares(problem.A, problem.b, problem.signs);
  const auto distance = [&](int times) {
    const SignConstraint<double> constraint = descended(problem, times);
    return (Eigen::Map<const Vector>(constraint.v().row(0), inputs) - expected).norm();
  };
  EXPECT_GT(distance(0), 0.01) << "the problem needs the law";
  EXPECT_LT(distance(1), distance(0));
  EXPECT_LT(distance(2), distance(1));
}

/// An update by recursive least squares of v and P, with the multipliers as they are, gives the v of all samples.
TEST(SignConstraint, UpdatesOfVAreThoseOfRecursiveLeastSquares) {
  const Problem before(5);
  SignConstraint<double> constraint = descended(before, 200);
  Vector r(inputs);
  Draws(6, Purpose::network_state, 0).normals(0, std::span(r.data(), as_size(r.size())));
  const double target = 0.3;
  Problem after = before;
  after.A += r * r.transpose();
  after.b += target * r;
  const Matrix P = after.A.inverse();
  Eigen::Map<Vector> v(constraint.v().row(0), inputs);
  v -= (v.dot(r) - target) * P * r;
  const RowMatrix<double> rows = rows_of(P);
  for (int k = 0; k < 200; ++k) constraint.descend(0, rows, after.signs, 1.0);
  const Vector expected = signed_least_squares(after.A, after.b, after.signs);
  EXPECT_LT((v - expected).cwiseAbs().maxCoeff(), 1e-10);
}

/// Forgetting makes A and b smaller and P larger. The solution stays, and so must v.
TEST(SignConstraint, MultipliersShrinkAsPGrows) {
  const Problem problem(7);
  SignConstraint<double> constraint = descended(problem, 200);
  const Eigen::Map<const Vector> v(constraint.v().row(0), inputs);
  const Vector before = v;
  const double multiplier = constraint.multipliers()(0, 2) + constraint.multipliers()(0, 4);
  const RowMatrix<double> grown = rows_of(problem.A.inverse() / 0.9);
  constraint.descend(0, grown, problem.signs, 1.0 / 0.9);
  EXPECT_LT((v - before).cwiseAbs().maxCoeff(), 1e-10);
  EXPECT_NEAR(constraint.multipliers()(0, 2) + constraint.multipliers()(0, 4), 0.9 * multiplier, 1e-10);
}

TEST(SignConstraint, TheNetworkHasZeroForWeightsOfTheWrongSign) {
  SignConstraint<float> constraint(2, 3);
  const float v[] = {1.0f, -2.0f, -3.0f}, signs[] = {1.0f, 1.0f, -1.0f};
  std::copy_n(v, 3, constraint.v().row(1));
  float weights[] = {9.0f, 9.0f, 9.0f};
  constraint.bound(1, signs, weights);
  EXPECT_EQ(weights[0], 1.0f);
  EXPECT_EQ(weights[1], 0.0f);
  EXPECT_EQ(weights[2], -3.0f);
}

TEST(SignConstraint, WhatIsNotANumberStaysSo) {
  SignConstraint<double> constraint(1, 1);
  constraint.v()(0, 0) = std::nan("");
  const double sign = 1.0;
  double weight = 0.0;
  constraint.bound(0, {&sign, 1}, &weight);
  EXPECT_TRUE(std::isnan(weight));
}

TEST(SignConstraint, BeginsWithTheWeightsOfAnotherNetwork) {
  const Problem problem(1);
  SignConstraint<double> constraint = descended(problem, 3);
  std::vector<double> weights(inputs);
  constraint.bound(0, problem.signs, weights.data());
  const SignConstraint<double> before = descended(problem, 3);
  constraint.begin_with(0, problem.signs, weights.data());
  for (Index j = 0; j < inputs; ++j) EXPECT_EQ(constraint.multipliers()(0, j), before.multipliers()(0, j)) << "its own";
  weights.assign(inputs, 2.0);
  constraint.begin_with(0, problem.signs, weights.data());
  for (Index j = 0; j < inputs; ++j) {
    const double expected = problem.signs[as_size(j)] > 0.0 ? 2.0 : 0.0;
    EXPECT_EQ(weights[as_size(j)], expected);
    EXPECT_EQ(constraint.v()(0, j), expected);
    EXPECT_EQ(constraint.multipliers()(0, j), 0.0);
  }
}

}  // namespace
}  // namespace fullforce
