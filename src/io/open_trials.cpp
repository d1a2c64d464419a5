#include "open_trials.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <string_view>

#include "fullforce/base/check.hpp"
#include "fullforce/base/nearest.hpp"
#include "mask_values.hpp"
#include "number_types.hpp"
#include "texts.hpp"
#include "whole_dataset.hpp"

namespace fullforce {
namespace {

/// A dataset that a trials file may hold, and the version in which it came.
struct KnownDataset {
  std::string_view name;
  Index since = 1;
};
constexpr std::array known_datasets{KnownDataset{"lengths"},
                                    KnownDataset{"targets"},
                                    KnownDataset{"inputs"},
                                    KnownDataset{"hints"},
                                    KnownDataset{"mask", 2},
                                    KnownDataset{"conditions", 2},
                                    KnownDataset{"neuron_targets", 3},
                                    KnownDataset{"target_neurons", 3}};

using Extents = std::vector<Index>;

/// Whether a dataset of these extents is a list of numbers. MATLAB writes it as a matrix of one row or one column.
bool is_list(const Extents& extents) {
  return extents.size() == 1 || (extents.size() == 2 && (extents[0] == 1 || extents[1] == 1));
}

bool is_matrix(const Extents& extents) { return extents.size() == 2; }

bool is_list_or_matrix(const Extents& extents) { return is_list(extents) || is_matrix(extents); }

Index count_of(const Extents& extents) {
  return std::accumulate(extents.begin(), extents.end(), Index{1}, std::multiplies<>());
}

std::string transposed(const std::string& what, const Extents& extents, Index steps) {
  return fmt::format(
      "{} has shape {}, but the lengths add up to {} rows: it is transposed, since MATLAB, Julia and R write arrays "
      "with their dimensions in reverse (transpose it before it is written)",
      what, hdf5::to_text(extents), steps);
}

constexpr DatasetForm list_of_trials{is_list, "[trials]"};
constexpr DatasetForm list_of_neurons{is_list, "[neurons with targets]"};
constexpr DatasetForm matrix_of_steps{is_matrix, "[sum of lengths, columns]"};
constexpr DatasetForm mask_of_steps{is_list_or_matrix, "[sum of lengths] or [sum of lengths, outputs]"};

}  // namespace

OpenTrials::OpenTrials(const std::filesystem::path& path)
    : name_(path.string()), file_(hdf5::open_serially(path)), attributes_(file_.get(), name_) {}

TrialsShape OpenTrials::shape() const {
  const Index version = attributes_.version();
  check_names(version);
  attributes_.check_names(version);
  TrialsShape shape;
  shape.dt = attributes_.dt();
  shape.lengths = lengths();
  const Index steps = total(shape.lengths);
  const Matrix targets = matrix("targets", steps);
  require(targets.cols >= 1, "{}: dataset targets has no columns (at least one output is needed)", name_);
  shape.n_out = targets.cols;
  shape.n_in = optional_matrix("inputs", steps).cols;
  shape.n_hint = optional_matrix("hints", steps).cols;
  if (version == 1) return shape;
  shape.has_masks = true;
  check_mask(steps, shape.n_out);
  shape.conditions = conditions(static_cast<Index>(shape.lengths.size()));
  shape.names = {attributes_.names("input_names", shape.n_in), attributes_.names("output_names", shape.n_out),
                 attributes_.names("hint_names", shape.n_hint)};
  if (version == 2) return shape;
  shape.n_neuron = optional_matrix("neuron_targets", steps).cols;
  shape.target_neurons = target_neurons(shape.n_neuron);
  return shape;
}

void OpenTrials::read(const TrialsShape& shape, const Signals<double>& into) const {
  const Matrix targets{"targets", shape.n_out}, inputs{"inputs", shape.n_in}, hints{"hints", shape.n_hint},
      neurons{"neuron_targets", shape.n_neuron};
  read(targets, into.targets);
  if (shape.has_masks) {
    read_masks(shape.n_out, into.masks);
    leave_out_unknown(into.targets, into.masks);
  }
  read(inputs, into.inputs);
  read(hints, into.hints);
  read(neurons, into.neuron_targets);
  check_finite(targets, into.targets);
  check_finite(inputs, into.inputs);
  check_finite(hints, into.hints);
  check_finite(neurons, into.neuron_targets);
  check_order({&targets, &inputs, &hints, &neurons}, shape.steps());
}

/// A misnamed dataset would otherwise be left out without a word.
void OpenTrials::check_names(Index version) const {
  std::vector<std::string_view> names;
  for (const KnownDataset& known : known_datasets) names.push_back(known.name);
  for (const std::string& name : hdf5::member_names(file_.get())) {
    const auto known = std::find(names.begin(), names.end(), name);
    require(known != names.end(), "{}: unknown dataset or group {} (the nearest known dataset is {})", name_, name,
            nearest(name, names));
    const Index since = known_datasets[as_size(known - names.begin())].since;
    require(version >= since, "{}: dataset {} came with format_version {}, and the file says format_version = {}",
            name_, name, since, version);
  }
}

bool OpenTrials::contains(const std::string& name) const {
  return H5Lexists(file_.get(), name.c_str(), H5P_DEFAULT) > 0;
}

std::string OpenTrials::named(const std::string& name) const { return fmt::format("{}: dataset {}", name_, name); }

hdf5::Handle OpenTrials::open(const std::string& name, const DatasetForm& form) const {
  require(contains(name), "{} is missing (expected numbers of shape {})", named(name), form.text);
  hdf5::Handle set(open_up_to_the_first_gap(file_.get(), name), H5Dclose);
  require(set.get() >= 0, "{}: {} is not a dataset that can be read (expected numbers of shape {})", name_, name,
          form.text);
  return set;
}

/// Opens a dataset of numbers, `or_texts`, that has this form and is stored whole. Memory is allocated only after that
/// is known, since a file can claim any shape.
hdf5::Handle OpenTrials::dataset(const std::string& name, const DatasetForm& form, bool or_texts) const {
  hdf5::Handle set = open(name, form);
  const std::string kind = kind_unless_numbers(set.get());
  if (or_texts)
    require(kind.empty() || holds_texts(set.get()), "{} holds {}: integers or texts are expected", named(name), kind);
  else
    require(kind.empty(), "{} holds {}: integers, floating-point numbers or bool are expected", named(name), kind);
  expect_whole(set.get(), named(name));
  const Extents extents = hdf5::extents(set.get());
  require(form.fits(extents), "{} has shape {} (expected {})", named(name), hdf5::to_text(extents), form.text);
  return set;
}

/// Reads the numbers of a dataset, which has as many as `into`.
void OpenTrials::read_numbers(const hdf5::Handle& set, const std::string& name, std::span<double> into) const {
  const std::string what = fmt::format("{} cannot be read", named(name));
  hdf5::check(H5Dread(set.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, into.data()), what);
}

std::vector<Index> OpenTrials::lengths() const {
  const hdf5::Handle set = dataset("lengths", list_of_trials);
  const Index count = count_of(hdf5::extents(set.get()));
  require(count >= 1, "{}: dataset lengths is empty (at least one trial is needed)", name_);
  std::vector<double> raw(as_size(count));
  read_numbers(set, "lengths", raw);
  std::vector<Index> result;
  for (const double length : raw) {
    // No trial is longer than the bound, which keeps the sum away from overflow.
    require(length >= 1.0 && length <= 0x1.0p40 && length == std::floor(length),
            "{}: lengths[{}] = {} (must be a whole number of steps, at least 1)", name_, result.size(), length);
    result.push_back(static_cast<Index>(length));
  }
  return result;
}

Index OpenTrials::total(const std::vector<Index>& lengths) const {
  Index sum = 0;
  for (const Index length : lengths) {
    sum += length;
    require(sum <= Index{1} << 48, "{}: the lengths add up to more steps than a file can hold", name_);
  }
  return sum;
}

std::vector<std::string> OpenTrials::conditions(Index trials) const {
  if (!contains("conditions")) return {};
  const hdf5::Handle set = dataset("conditions", list_of_trials, true);
  const Index count = count_of(hdf5::extents(set.get()));
  require(count == trials, "{} has {} value(s), and there are {} trials", named("conditions"), count, trials);
  return holds_texts(set.get()) ? read_texts(set.get(), named("conditions")) : numbered_conditions(set, count);
}

/// Conditions that are numbers. MATLAB writes whole numbers as floating-point ones.
std::vector<std::string> OpenTrials::numbered_conditions(const hdf5::Handle& set, Index count) const {
  std::vector<double> numbers(as_size(count));
  read_numbers(set, "conditions", numbers);
  std::vector<std::string> texts;
  for (const double number : numbers) {
    require(number == std::floor(number) && std::abs(number) <= 0x1.0p53,
            "{}: conditions[{}] = {} (must be a whole number or a text)", name_, texts.size(), number);
    texts.push_back(fmt::to_string(static_cast<Index>(number)));
  }
  return texts;
}

/// The neurons that the columns of `neuron_targets` belong to. The list is empty where the file has none.
std::vector<Index> OpenTrials::target_neurons(Index columns) const {
  if (!contains("target_neurons")) return {};
  const hdf5::Handle set = dataset("target_neurons", list_of_neurons);
  const Index count = count_of(hdf5::extents(set.get()));
  require(count == columns, "{} has {} neuron(s), and neuron_targets has {} column(s) (one neuron for each is needed)",
          named("target_neurons"), count, columns);
  std::vector<double> raw(as_size(count));
  read_numbers(set, "target_neurons", raw);
  std::vector<Index> neurons;
  for (const double neuron : raw) {
    require(neuron >= 0.0 && neuron <= 0x1.0p40 && neuron == std::floor(neuron),
            "{}: target_neurons[{}] = {} (must be the number of a neuron, which count from 0)", name_, neurons.size(),
            neuron);
    neurons.push_back(static_cast<Index>(neuron));
  }
  std::vector<Index> sorted = neurons;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  require(twice == sorted.end(), "{}: neuron {} stands in target_neurons twice (name it once)", name_,
          twice == sorted.end() ? 0 : *twice);
  return neurons;
}

OpenTrials::Matrix OpenTrials::matrix(const char* name, Index steps) const {
  const hdf5::Handle set = dataset(name, matrix_of_steps);
  const Extents extents = hdf5::extents(set.get());
  if (extents[1] == 0) return {name};
  require(extents[0] == steps || extents[1] != steps, "{}", transposed(named(name), extents, steps));
  require(extents[0] == steps, "{} has {} rows, but the lengths add up to {}", named(name), extents[0], steps);
  require(extents[1] <= (Index{1} << 58) / steps, "{} has {} columns, more than memory can hold", named(name),
          extents[1]);
  return {name, extents[1]};
}

OpenTrials::Matrix OpenTrials::optional_matrix(const char* name, Index steps) const {
  return contains(name) ? matrix(name, steps) : Matrix{name};
}

void OpenTrials::check_mask(Index steps, Index outputs) const {
  if (!contains("mask")) return;
  const Extents extents = hdf5::extents(dataset("mask", mask_of_steps).get());
  const bool of_steps = is_list(extents) && count_of(extents) == steps;
  const bool of_outputs = is_matrix(extents) && extents[0] == steps && extents[1] == outputs;
  if (of_steps || of_outputs) return;
  require(!is_matrix(extents) || extents[1] != steps, "{}", transposed(named("mask"), extents, steps));
  require(false, "{} has shape {}, but the lengths add up to {} steps, and there are {} output(s) (expected {})",
          named("mask"), hdf5::to_text(extents), steps, outputs, mask_of_steps.text);
}

void OpenTrials::read(const Matrix& matrix, std::span<double> into) const {
  if (!into.empty()) read_numbers(dataset(matrix.name, matrix_of_steps), matrix.name, into);
}

void OpenTrials::read_masks(Index outputs, std::span<std::uint8_t> masks) const {
  if (contains("mask"))
    fullforce::read_masks(dataset("mask", mask_of_steps).get(), named("mask"), outputs, masks);
  else
    std::fill(masks.begin(), masks.end(), std::uint8_t{1});
}

/// A target that is not a number is not known. It is left out, and drives the target-generating network with 0.
void OpenTrials::leave_out_unknown(std::span<double> targets, std::span<std::uint8_t> masks) const {
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (!std::isnan(targets[i])) continue;
    targets[i] = 0.0;
    masks[i] = 0;
  }
}

void OpenTrials::check_finite(const Matrix& matrix, std::span<const double> values) const {
  for (std::size_t i = 0; i < values.size(); ++i)
    require(std::isfinite(values[i]), "{}: {}[{}, {}] = {} (all values must be finite)", name_, matrix.name,
            static_cast<Index>(i) / matrix.cols, static_cast<Index>(i) % matrix.cols, values[i]);
}

/// A square signal might be transposed. Any other signal of the file shows that its writer transposes nothing.
void OpenTrials::check_order(const std::array<const Matrix*, 4>& signals, Index steps) const {
  const auto shows = [&](const Matrix* signal) { return signal->cols != 0 && signal->cols != steps; };
  if (steps == 1 || std::any_of(signals.begin(), signals.end(), shows)) return;
  require(false,
          "{} has as many columns as rows, {}, so nothing shows whether it is transposed (add a trial, which may be a "
          "copy of another one)",
          named(signals[0]->name), steps);
}

}  // namespace fullforce
