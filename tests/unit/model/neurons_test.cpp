#include "fullforce/model/neurons.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "fullforce/linalg/stream_array.hpp"

namespace fullforce {
namespace {

constexpr Index neurons = 90;

/// Neurons of a nonlinearity that given currents drive for a few steps. Tests look at their rates after that.
class Driven {
 public:
  Driven(const Communicator& comm, Nonlinearity nonlinearity, Integrator integrator, Index streams)
      : layout_(comm, neurons), task_(make_task(TaskOptions{}, 0.001, 1)), streams_(*task_, {streams, 0, 100}) {
    NetworkOptions options;
    options.neurons = neurons;
    options.nonlinearity = nonlinearity;
    neurons_ = make_neurons<double>(layout_, streams, options, integrator);
  }

  template <class Current>
  StreamArray<double> rates_after(Index steps, const Current& current) {
    StreamArray<double> currents(layout_, streams_.streams()), rates(layout_, streams_.streams());
    for (Index i = 0; i < layout_.local_rows(); ++i)
      for (Index b = 0; b < streams_.streams(); ++b) currents(i, b) = current(layout_.first_row() + i, b);
    layout_.for_each_block([&](RowBlock block) {
      for (Index k = 0; k < steps; ++k) neurons_->advance(block, currents.from(block.local), streams_, {});
      neurons_->emit(block, rates.from(block.local));
    });
    return rates;
  }

  const Layout& layout() const { return layout_; }

 private:
  Layout layout_;
  std::unique_ptr<Task> task_;
  TrialStreams streams_;
  std::unique_ptr<Neurons<double>> neurons_;
};

double current(Index i, Index b) { return 0.1 * static_cast<double>(i) - 2.0 - 0.5 * static_cast<double>(b); }

TEST(Neurons, RelaxTowardsTheirCurrentsAndEmitTheirRate) {
  const Communicator comm = Communicator::world();
  for (const Index streams : {1, 3})
    for (const Integrator integrator : {Integrator::euler, Integrator::exponential})
      for (const Nonlinearity nonlinearity : {Nonlinearity::tanh, Nonlinearity::relu}) {
        Driven driven(comm, nonlinearity, integrator, streams);
        const StreamArray<double> rates = driven.rates_after(3, current);
        const double left = std::pow(1.0 - relaxation_of_a_step(integrator, 0.001, 0.01), 3.0);
        for (Index i = 0; i < rates.rows(); ++i)
          for (Index b = 0; b < streams; ++b) {
            const double x = current(driven.layout().first_row() + i, b) * (1.0 - left);
            EXPECT_NEAR(rates(i, b), nonlinearity == Nonlinearity::tanh ? std::tanh(x) : std::max(0.0, x), 1e-14);
          }
      }
}

TEST(Neurons, ARateBeyondItsBoundIsInfiniteAndNotANumberStaysSo) {
  const Communicator comm = Communicator::world();
  NetworkOptions options;
  options.nonlinearity = Nonlinearity::relu;
  const double bound = largest_rate(options);
  Driven driven(comm, Nonlinearity::relu, Integrator::euler, 1);
  const StreamArray<double> rates = driven.rates_after(300, [&](Index i, Index) {
    if (i == 0) return std::nan("");
    return i == 1 ? 1.01 * bound : 0.99 * bound;
  });
  for (Index i = 0; i < rates.rows(); ++i) {
    const Index neuron = driven.layout().first_row() + i;
    if (neuron == 0)
      EXPECT_TRUE(std::isnan(rates(i, 0)));
    else if (neuron == 1)
      EXPECT_TRUE(std::isinf(rates(i, 0)));
    else
      EXPECT_NEAR(rates(i, 0), 0.99 * bound, 1e-9);
  }
}

TEST(Neurons, TheSlopeIsTheDerivativeOfTheRate) {
  constexpr double x = 0.4, h = 1e-6;
  EXPECT_NEAR(slope_at_rate(Nonlinearity::tanh, std::tanh(x)), (std::tanh(x + h) - std::tanh(x - h)) / (2.0 * h), 1e-9);
  EXPECT_EQ(slope_at_rate(Nonlinearity::relu, 0.4), 1.0);
  EXPECT_EQ(slope_at_rate(Nonlinearity::relu, 0.0), 0.0);
}

}  // namespace
}  // namespace fullforce
