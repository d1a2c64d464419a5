// This program finds how far P is from the inverse of alpha I + sum r r^T after many updates. It compares single and
// double precision over the length of the panel. The rates are smooth in time and nearly dependent, as those of a
// network are.
#include <fmt/format.h>

#include <Eigen/Dense>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "fullforce/base/random.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/learning/shared_gain_rls.hpp"
#include "fullforce/run/json_text.hpp"
#include "options.hpp"

namespace fullforce {
namespace {

struct Arguments {
  Index neurons = 100;
  Index streams = 1;
  Index updates = 200000;
  std::vector<Index> panels = {1, 8, 32, 64, 128};
  std::string output;
};

/// The rates of neurons that each follow a few slow oscillations, one step after the other.
class Rates {
 public:
  Rates(Index neurons, Index streams) : phases_(neurons, streams) {
    for (Index b = 0; b < streams; ++b)
      for (Index i = 0; i < neurons; ++i)
        phases_(i, b) = Draws(9, Purpose::network_state, static_cast<std::uint64_t>(b)).uniform(i);
  }

  /// The rates are rounded to single precision, so that all learn from the same numbers.
  Eigen::MatrixXd at(Index step) const {
    const double t = 0.011 * static_cast<double>(step);
    const Eigen::ArrayXXd course = 1.5 * (6.3 * phases_ + t * (1.0 + phases_)).sin() + std::sin(0.37 * t);
    return course.tanh().cast<float>().cast<double>();
  }

 private:
  Eigen::ArrayXXd phases_;
};

/// Inverts alpha I + sum r r^T directly, for alpha = 1.
Eigen::MatrixXd direct_inverse(const Arguments& a) {
  const Rates rates(a.neurons, a.streams);
  Eigen::MatrixXd correlation = Eigen::MatrixXd::Identity(a.neurons, a.neurons);
  for (Index step = 0; step < a.updates / a.streams; ++step) {
    const Eigen::MatrixXd r = rates.at(step);
    correlation.noalias() += r * r.transpose();
  }
  return correlation.inverse();
}

/// Returns the P that recursive least squares makes of the same rates.
template <Real T>
Eigen::MatrixXd recursive(const Arguments& a, Index panel) {
  const Communicator self = Communicator::self();
  const Layout layout(self, a.neurons);
  LearningOptions options;
  options.panel = panel;
  options.rule = Rule::force;  // so that only P and the readout are learned
  SharedGainRls<T> rls(layout, options, {1, a.streams, 1.0, true});
  GatheredVectors<T> phi(layout, 1, a.streams);
  StreamArray<T> currents(layout, a.streams);
  std::vector<double> outputs(as_size(a.streams)), errors(outputs.size());
  std::vector<Index> all(outputs.size());
  std::iota(all.begin(), all.end(), Index{0});
  const Rates rates(a.neurons, a.streams);
  RegionTimer timer;
  for (Index step = 0; step < a.updates / a.streams; ++step) {
    const Eigen::MatrixXd r = rates.at(step);
    for (Index b = 0; b < a.streams; ++b)
      for (Index i = 0; i < a.neurons; ++i) phi.mine(0, i)[b] = static_cast<T>(r(i, b));
    phi.gather();
    rls.evaluate(phi, all, currents, outputs, timer, Direction::forwards);
    rls.complete(currents, {&currents, 0.0}, errors, timer);
  }
  rls.flush(timer);
  Eigen::MatrixXd P(a.neurons, a.neurons);
  for (Index i = 0; i < a.neurons; ++i)
    for (Index j = 0; j < a.neurons; ++j) P(i, j) = rls.inverse_correlation(i, j);
  return P;
}

void run(const Arguments& a) {
  const Eigen::MatrixXd exact = direct_inverse(a);
  const auto error = [&](const Eigen::MatrixXd& P) { return (P - exact).norm() / exact.norm(); };
  nlohmann::ordered_json report = {{"neurons", a.neurons}, {"streams", a.streams}, {"updates", a.updates}};
  fmt::print("relative error of P (Frobenius), N = {}, {} stream(s), {} updates\npanel      single      double\n",
             a.neurons, a.streams, a.updates);
  for (const Index panel : a.panels) {
    const double single = error(recursive<float>(a, panel)), twice = error(recursive<double>(a, panel));
    fmt::print("{:5} {:11.2e} {:11.2e}\n", panel, single, twice);
    report["panels"].push_back({{"panel", panel}, {"single", single}, {"double", twice}});
  }
  if (!a.output.empty()) write_atomically(a.output, json_text(report) + "\n");
}

}  // namespace
}  // namespace fullforce

int main(int argc, char** argv) {
  const fullforce::Environment environment(&argc, &argv);
  fullforce::Arguments arguments;
  fullforce::BenchOptions options("Error of the inverse correlation against its precision and the length of the panel");
  options.add("--neurons", arguments.neurons, "", 1);
  options.add("--streams", arguments.streams, "", 1, 64);
  options.add("--updates", arguments.updates, "", 1);
  options.add("--panels", arguments.panels, "", 1);
  options.add("--output", arguments.output, "JSON");
  if (const auto code = options.read(argc, argv)) return *code;
  fullforce::run(arguments);
  return 0;
}
