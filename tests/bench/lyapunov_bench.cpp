// This program shows how Lyapunov exponents converge for systems that have known ones: a linear map and the Lorenz
// system.
#include <cmath>
#include <nlohmann/json.hpp>

#include "fullforce/io/atomic_file.hpp"
#include "fullforce/run/json_text.hpp"
#include "options.hpp"
#include "support/known_systems.hpp"

namespace fullforce {
namespace {

nlohmann::ordered_json json_of(const LyapunovResult& result, const std::vector<double>& known) {
  return {{"known", known},
          {"exponents", result.exponents},
          {"standard_errors", result.errors},
          {"time", result.time},
          {"convergence", result.convergence}};
}

nlohmann::ordered_json linear_map(const Layout& layout, Index steps) {
  const WeightMatrix matrix = triangular(layout);
  LinearMap map(layout, matrix, 3);
  LyapunovSpectrum spectrum(layout, 3, 1.0, 1);
  for (Index k = 0; k < steps; ++k) spectrum.step(map);
  return json_of(spectrum.result(), {std::log(2.0), 0.0, std::log(0.5)});
}

/// The known exponents are from Sprott, Chaos and Time-Series Analysis (2003).
nlohmann::ordered_json lorenz(const Layout& layout, Index steps) {
  Lorenz system(0.01);
  LyapunovSpectrum spectrum(layout, 3, 0.01, 5);
  for (Index k = 0; k < steps; ++k) spectrum.step(system);
  return json_of(spectrum.result(), {0.906, 0.0, -14.572});
}

}  // namespace
}  // namespace fullforce

int main(int argc, char** argv) {
  using namespace fullforce;
  const Environment environment(&argc, &argv);
  std::string output = "lyapunov.json";
  Index steps = 60000;
  BenchOptions options("Lyapunov exponents of a linear map and of the Lorenz system, as they converge");
  options.add("--steps", steps, "of the Lorenz system, of 0.01", 200, 10'000'000);
  options.add("--output", output, "JSON");
  if (const auto code = options.read(argc, argv)) return *code;
  const Communicator self = Communicator::self();
  const Layout layout(self, 3);
  const nlohmann::ordered_json found = {{"linear_map", linear_map(layout, 400)}, {"lorenz", lorenz(layout, steps)}};
  write_atomically(output, json_text(found, 1) + "\n");
  return 0;
}
