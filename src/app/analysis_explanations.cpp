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
     "J_D has g / sqrt(N) with dense weights. A J with a much larger deviation needs strong weights that cancel "
     "each other, and is sensitive to noise."},
    {"weights", "largest", "", "This is the largest magnitude of an element.",
     "It is null if J is a product of factors, which is never formed."},
    {"eigenvalues", "method", "",
     "This says which eigenvalues were found: \"all\", the \"leading\" ones (those of largest magnitude), or those of "
     "a \"low-rank\" matrix that are not zero.",
     ""},
    {"eigenvalues", "found", "", "This is the number of eigenvalues that were found.",
     "If it is less than `wanted`, an iteration did not converge for the others."},
    {"eigenvalues", "wanted", "", "This is the number of eigenvalues that were looked for.", ""},
    {"eigenvalues", "spectral_radius", "", "This is the largest magnitude of an eigenvalue of the recurrent weights.",
     "Without input, small activity dies out if it is below 1. For J_D it is about g."},
    {"eigenvalues", "rightmost", "", "This is the largest real part of an eigenvalue of the recurrent weights.",
     "Without input, the state of zero rates is unstable with \"tanh\" if it is above 1."},
    {"pca", "participation_ratio", "dimensions",
     "This is (sum of v_i)^2 / (sum of v_i^2), where v_i are the variances of the principal components of the rates.",
     "It is the number of dimensions that the activity fills: 1 if all neurons do the same, N if all vary "
     "independently and by the same amount."},
    {"pca", "dimension_90", "dimensions",
     "This is the number of leading components that make up 90 % of the total variance.", ""},
    {"pca", "dimension_99", "dimensions",
     "This is the number of leading components that make up 99 % of the total variance.", ""},
    {"pca", "total_variance", "rate^2", "This is the sum of the variances of all neurons' rates over the run.",
     "It is near zero if the network is silent or stuck in one state."},
    {"pca", "leading_variances", "rate^2", "These are the variances of the first 20 components, largest first.", ""},
    {"rate_correlation", "median", "",
     "This is the median over the neurons of Pearson's correlation between the rate of a neuron and the rate of the "
     "same neuron in the target-generating network.",
     "It is near 1 if the trained network does what its target-generating network does. FORCE does not ask for that."},
    {"rate_correlation", "lower_quartile", "", "A quarter of the neurons have a smaller correlation.", ""},
    {"rate_correlation", "upper_quartile", "", "A quarter of the neurons have a larger correlation.", ""},
    {"rate_correlation", "smallest", "", "This is the smallest correlation of a neuron.", ""},
    {"rate_correlation", "constant_neurons", "neurons",
     "This is the number of neurons that have no correlation, because their rate is constant in one of the networks.",
     ""},
    {"lyapunov", "exponents_per_second", "1/s",
     "These are the mean growth rates of small deviations from the states of the run, largest first.",
     "A largest exponent above zero means chaos: deviations grow. If the largest exponent is below zero, the network "
     "forgets deviations, in a time of about one over its magnitude."},
    {"lyapunov", "standard_errors", "1/s",
     "These are the standard errors of the exponents, estimated from ten parts of the run.",
     "An exponent whose magnitude is smaller than twice its error cannot be told from zero."},
    {"lyapunov", "largest_times_tau", "", "This is the largest exponent times the time constant tau.", ""},
    {"lyapunov", "kaplan_yorke_dimension", "dimensions",
     "This is the number of exponents, interpolated, at which their sum crosses zero.",
     "It estimates the dimension of the attractor. It is 0 if all exponents are negative, and null if more exponents "
     "are needed to find it."},
    {"lyapunov", "seconds", "s", "This is the time over which growth is averaged.", ""},
    {"lyapunov", "transient_seconds", "s",
     "This is the time at the beginning of the run that is left out of the averages.", ""},
    {"regions", "size", "neurons", "This is the number of neurons of a region that the file of `--currents` names.",
     ""},
    {"currents", "mean_magnitude", "state",
     "This is the mean magnitude of the current J_AB r_B that region B sends into a neuron of region A, over the "
     "neurons of A and the steps of the run.",
     "It says how strongly one region drives another, or itself. The currents themselves may cancel on average."},
    {"currents", "root_mean_square", "state", "This is the root of the mean square of the same currents.", ""},
    {"run", "network", "", "This is the file that was analysed.", ""},
    {"run", "rule", "", "This is the learning rule of the network.", ""},
    {"run", "signals", "", "The run had the signals of \"test trials\". With `--autonomous` it had \"none\".", ""},
    {"run", "neurons", "neurons", "This is N, the number of neurons of each network.", ""},
    {"run", "trials", "trials", "This is the number of trials of the run.", ""},
    {"run", "seconds", "s", "This is the length of the run.", ""},
    {"run", "noise", "1/s", "This is eta, the variance that noise adds to each state in a second.", ""},
    {"run", "seed", "", "Trials, initial states and noise of the run follow from this seed.", ""},
    {"run", "tau", "s", "This is the time constant of the neurons.", ""},
    {"run", "sample_interval", "s",
     "This is the time between two samples of the rates that the principal components are found from.", ""},
    {"run", "test_error", "",
     "This is the sum of |z - f_out|^2 over all steps of the run, divided by the sum of |f_out|^2. Target values "
     "that a mask leaves out do not count.",
     "It is 0 for a perfect output, and 1 for an output that is always zero. If it is large, the analysis describes a "
     "network that does not do its task."},
    {"run", "trials_of", "",
     "This says which trials the run had: \"training trials\", \"held-out trials\", \"new trials\", or \"training and "
     "held-out trials\".",
     "Errors on trials that the network learned from are smaller than on others."},
    {"fixed_points", "input", "", "This is the constant input f_in under which fixed points were looked for.",
     "Each input has fixed points of its own."},
    {"fixed_points", "starts", "states", "This is the number of states of the run at which the search began.",
     "A point that no start leads to is not found. More starts find more of them."},
    {"fixed_points", "tolerance", "state^2", "A point counts as a fixed point if its q is at most this number.", ""},
    {"fixed_points", "fixed", "points", "This is the number of different fixed points that were found.", ""},
    {"fixed_points", "stable", "points", "This is the number of fixed points that have no unstable direction.",
     "Under this input the network stays in such a state, which can therefore serve as a memory."},
    {"fixed_points", "slow", "points",
     "This is the number of different slow points that were found. A slow point is a minimum of q that is not zero.",
     "The network moves slowly near it. A small change of the weights may make it a fixed point."},
    {"fixed_points", "unfinished", "starts",
     "These are the starts, counted from 0, from which no minimum of q was reached.", ""},
    {"fixed_points", "kind", "", "This says whether the point is a \"fixed\" or a \"slow\" one.", ""},
    {"fixed_points", "q", "state^2",
     "This is |F(x)|^2 / (2 N), where F(x) = -x + J r(x) + u_in f_in is the velocity of the state in units of 1/tau.",
     "The root mean square velocity of the neurons is sqrt(2 q). At that velocity their states move by 1 in the time "
     "tau / sqrt(2 q)."},
    {"fixed_points", "unstable", "directions",
     "This is the number of eigenvalues of the Jacobian -I + J diag(r'(x)) whose real part is above 10^-6.",
     "A fixed point with 0 is an attractor. One with 1 is a saddle, which lies on the border between the basins of two "
     "attractors."},
    {"fixed_points", "leading_eigenvalue", "1/tau",
     "This is the eigenvalue of the Jacobian with the largest real part, given as real part and imaginary part.",
     "In its direction, deviations grow or decay by a factor e in the time tau / |real part|. A real part near zero "
     "belongs to a direction in which the network integrates or remembers. An imaginary part means oscillation."},
    {"fixed_points", "distance", "state",
     "This is the distance of the point from the nearest start, as a root mean square over the neurons.",
     "A point that is much farther away than the others plays no part in the run."},
    {"fixed_points", "found_from", "starts", "These are the starts, counted from 0, that led to the point.", ""},
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
