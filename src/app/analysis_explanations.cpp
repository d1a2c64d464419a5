#include "analysis_explanations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace fullforce {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t width = 100;
constexpr std::size_t most_values = 8;  // of a list that is printed

constexpr auto table = std::to_array<Explanation>({
    {"weights", "mean", "", "This is the mean of all elements of the recurrent weights.", ""},
    {"weights", "deviation", "", "This is the standard deviation of all elements of the recurrent weights.",
     "J_D has g / sqrt(N) with dense weights. A J with a much larger deviation needs strong weights that cancel, and "
     "is "
     "sensitive to noise."},
    {"weights", "largest", "", "This is the largest magnitude of an element.",
     "It is null if J is a product of factors, which is never formed."},
    {"eigenvalues", "method", "",
     "\"all\" eigenvalues were found, the \"leading\" ones, or those of a \"low-rank\" matrix.", ""},
    {"eigenvalues", "found", "", "This is the number of eigenvalues that were found.",
     "If it is less than `wanted`, an iteration did not converge for the others."},
    {"eigenvalues", "wanted", "", "This is the number of eigenvalues that were looked for.", ""},
    {"eigenvalues", "spectral_radius", "", "This is the largest magnitude of an eigenvalue of the recurrent weights.",
     "Small activity without input dies out if it is below 1. J_D has about g."},
    {"eigenvalues", "rightmost", "", "This is the largest real part of an eigenvalue of the recurrent weights.",
     "With \"tanh\", the state of zero rates is unstable without input if it is above 1."},
    {"pca", "participation_ratio", "dimensions",
     "This is (sum of v_i)^2 / (sum of v_i^2), where v_i are the variances of the principal components of the rates.",
     "It is the number of dimensions that the activity fills: 1 if all neurons do the same, N if all are independent."},
    {"pca", "dimension_90", "dimensions", "So many components make up 90 % of the total variance.", ""},
    {"pca", "dimension_99", "dimensions", "So many components make up 99 % of the total variance.", ""},
    {"pca", "total_variance", "rate^2", "This is the sum of the variances of all neurons' rates over the run.",
     "It is near zero if the network is silent or stuck in one state."},
    {"pca", "leading_variances", "rate^2", "These are the variances of the first 20 components, falling.", ""},
    {"rate_correlation", "median", "",
     "This is the median over the neurons of Pearson's correlation between the rate of a neuron and the rate of the "
     "same "
     "neuron in the target-generating network.",
     "It is near 1 if the trained network does what its target-generating network does. FORCE does not ask for that."},
    {"rate_correlation", "lower_quartile", "", "A quarter of the neurons have a smaller correlation.", ""},
    {"rate_correlation", "upper_quartile", "", "A quarter of the neurons have a larger correlation.", ""},
    {"rate_correlation", "smallest", "", "This is the smallest correlation of a neuron.", ""},
    {"rate_correlation", "constant_neurons", "neurons",
     "So many neurons have no correlation, because their rate is constant in one of the networks.", ""},
    {"lyapunov", "exponents_per_second", "1/s",
     "These are the mean rates at which small deviations from the run grow, largest first.",
     "A largest exponent above zero means chaos: deviations grow. Below zero, the network forgets deviations within "
     "about the inverse of its magnitude."},
    {"lyapunov", "standard_errors", "1/s", "These are the standard errors of the exponents, from ten parts of the run.",
     "An exponent that is smaller than twice its error cannot be told from zero."},
    {"lyapunov", "largest_times_tau", "", "This is the largest exponent times the time constant tau.", ""},
    {"lyapunov", "kaplan_yorke_dimension", "dimensions",
     "This is the number of exponents, interpolated, at which their sum crosses zero.",
     "It estimates the dimension of the attractor. It is 0 if all exponents are negative, and null if more exponents "
     "are "
     "needed."},
    {"lyapunov", "seconds", "s", "The averages extend over this time.", ""},
    {"lyapunov", "transient_seconds", "s", "This time at the beginning of the run is left out of the averages.", ""},
    {"run", "network", "", "This is the file that was analysed.", ""},
    {"run", "rule", "", "This is the learning rule of the network.", ""},
    {"run", "signals", "", "The run had the signals of \"test trials\", or \"none\" with `--autonomous`.", ""},
    {"run", "neurons", "neurons", "This is N.", ""},
    {"run", "trials", "trials", "The run had so many trials.", ""},
    {"run", "seconds", "s", "The run had this length.", ""},
    {"run", "noise", "1/s", "This is eta, the variance that noise adds to each state in a second.", ""},
    {"run", "seed", "", "Trials, initial states and noise of the run follow from this seed.", ""},
    {"run", "tau", "s", "This is the time constant of the neurons.", ""},
    {"run", "sample_interval", "s", "The principal components use one sample of the rates in this time.", ""},
    {"run", "test_error", "",
     "This is the sum of |z - f_out|^2 over all steps of the run, divided by the sum of |f_out|^2.",
     "It is 0 for a perfect output, and 1 for an output that is always zero. If it is large, the analysis describes a "
     "network that does not do its task."},
    {"fixed_points", "input", "", "The network was given this constant input f_in.",
     "Each input has fixed points of its own."},
    {"fixed_points", "starts", "states", "The search began at so many states of the run.",
     "A point that no start leads to is not found. More starts find more of them."},
    {"fixed_points", "tolerance", "state^2", "A point counts as fixed if its q is at most this number.", ""},
    {"fixed_points", "fixed", "points", "So many different fixed points were found.", ""},
    {"fixed_points", "stable", "points", "So many of the fixed points have no unstable direction.",
     "Each is a state in which the network stays under this input, and so a memory."},
    {"fixed_points", "slow", "points", "So many slow points were found. There q has a minimum that is not zero.",
     "The network passes slowly near them. A small change of the weights may make them fixed points."},
    {"fixed_points", "unfinished", "starts", "From these starts, counted from 0, no minimum of q was reached.", ""},
    {"fixed_points", "kind", "", "The point is \"fixed\" or \"slow\".", ""},
    {"fixed_points", "q", "state^2",
     "This is |F(x)|^2 / (2 N), where F(x) = -x + J r(x) + u_in f_in is the velocity of the state in units of 1/tau.",
     "A state with the root mean square velocity sqrt(2 q) moves by 1 in tau / sqrt(2 q)."},
    {"fixed_points", "unstable", "directions",
     "So many eigenvalues of the Jacobian -I + J diag(r'(x)) have a real part above 10^-6.",
     "0 is an attractor. A saddle with 1 lies on the border between two attractors."},
    {"fixed_points", "leading_eigenvalue", "1/tau",
     "This is the eigenvalue of the Jacobian with the largest real part: real part, imaginary part.",
     "Deviations along it grow, or decay, by e in tau / |real part|. A real part near zero belongs to a direction in "
     "which the network integrates or remembers. An imaginary part means oscillation."},
    {"fixed_points", "distance", "state",
     "This is the distance of the point to the nearest start, as a root mean square over the neurons.",
     "A point that is much farther away than others plays no part in the run."},
    {"fixed_points", "found_from", "starts", "These starts, counted from 0, led to the point.", ""},
});

/// Breaks a text into lines. The first begins with `first`, and the others are indented by `indent`.
std::string wrapped(const std::string& first, const std::string& text, std::size_t indent) {
  std::string result, line = first;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const bool empty = line.empty() || line.back() == ' ';
    if (line.size() + word.size() + 1 > width) {
      result += line + "\n";
      line = std::string(indent, ' ') + word;
    } else {
      line += (empty ? "" : " ") + word;
    }
  }
  return result + line + "\n";
}

std::string sentences(const Explanation& entry) {
  return fmt::format("{}{}{}", entry.definition, entry.reading.empty() ? "" : " ", entry.reading);
}

std::string unit_of(const Explanation& entry) { return entry.unit.empty() ? "no unit" : std::string(entry.unit); }

std::string value_text(const Json& value) {
  if (value.is_number_float()) return fmt::format("{:.6g}", value.get<double>());
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string text;
  for (std::size_t k = 0; k < std::min(value.size(), most_values); ++k)
    text += (k > 0 ? ", " : "") + value_text(value[k]);
  if (value.size() > most_values) text += fmt::format(", ... ({} in all)", value.size());
  return "[" + text + "]";
}

/// The values of a number: one, or one of each network, or one of each point.
std::string values_text(const Json& section, const Explanation& entry) {
  const std::string name(entry.name);
  if (section.contains(name)) return value_text(section[name]);
  std::string text;
  const auto append = [&](const std::string& label, const Json& part) {
    if (part.is_object() && part.contains(name))
      text += fmt::format("{}{} {}", text.empty() ? "" : "; ", label, value_text(part[name]));
  };
  for (const auto& [label, part] : section.items()) {
    append(label, part);
    for (std::size_t p = 0; part.is_array() && p < part.size(); ++p) append(fmt::format("point {}", p), part[p]);
  }
  return text;
}

}  // namespace

std::span<const Explanation> explanations() { return table; }

std::string all_explanations() {
  std::string text;
  std::string_view section;
  for (const Explanation& entry : table) {
    if (entry.section != section) text += fmt::format("{}**{}**\n\n", text.empty() ? "" : "\n", entry.section);
    section = entry.section;
    text += wrapped(fmt::format("- `{}` ({}): ", entry.name, unit_of(entry)), sentences(entry), 2);
  }
  return text;
}

std::string explained(const Json& results) {
  std::string text;
  std::string_view section;
  for (const Explanation& entry : table) {
    const auto found = results.find(entry.section);
    if (found == results.end()) continue;
    const std::string values = values_text(*found, entry);
    if (values.empty()) continue;
    if (entry.section != section) text += fmt::format("{}{}\n", text.empty() ? "" : "\n", entry.section);
    section = entry.section;
    text += wrapped("  ", fmt::format("{} [{}]: {}", entry.name, unit_of(entry), values), 4);
    text += wrapped("      ", sentences(entry), 6);
  }
  return text;
}

}  // namespace fullforce
