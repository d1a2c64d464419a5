#include "fullforce/io/trials_file.hpp"

#include <numeric>

#include "fullforce/base/check.hpp"
#include "fullforce/base/memory_error.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/io/hdf5.hpp"
#include "fullforce/io/readable_file.hpp"
#include "open_trials.hpp"
#include "texts.hpp"

namespace fullforce {
namespace {

/// Calls work(). What HDF5 could not make sense of is the user's input, as is a file with more numbers than memory can
/// hold.
template <class Work>
auto with_input_errors(const std::filesystem::path& path, const Work& work) {
  try {
    return work();
  } catch (const RunError& error) {
    throw InputError(naming(path, error));
  } catch (const std::exception& error) {
    if (!is_out_of_memory(error)) throw;
    throw InputError(fmt::format("{}: the trials do not fit into memory", path.string()));
  }
}

/// The oldest version that can hold the trials.
Index version_of(const TrialsShape& shape) {
  if (shape.n_neuron > 0) return 3;
  return shape.has_masks || !shape.conditions.empty() || !shape.names.empty() ? 2 : format::version::oldest_trials;
}

/// Writes what came with version 2.
void write_labels_and_masks(hid_t file, const TrialsData& data) {
  if (data.has_masks) hdf5::write_dataset(file, "mask", {data.steps(), data.n_out}, data.masks);
  if (!data.conditions.empty()) write_texts(file, "conditions", data.conditions);
  if (!data.names.inputs.empty()) write_text_attribute(file, "input_names", data.names.inputs);
  if (!data.names.outputs.empty()) write_text_attribute(file, "output_names", data.names.outputs);
  if (!data.names.hints.empty()) write_text_attribute(file, "hint_names", data.names.hints);
}

void write_contents(hid_t file, const TrialsData& data) {
  const Index steps = data.steps();
  const auto write = [&](const char* name, Index cols, const std::vector<double>& values) {
    if (static_cast<Index>(values.size()) != steps * cols)
      throw RunError(fmt::format("trials: {} has {} values, its shape [{}, {}] wants {}", name, values.size(), steps,
                                 cols, steps * cols));
    hdf5::write_dataset(file, name, {steps, cols}, values);
  };
  hdf5::write_attribute(file, format::root::format, format::kind::trials);
  hdf5::write_attribute(file, format::root::format_version, version_of(data));
  hdf5::write_attribute(file, "dt", data.dt);
  hdf5::write_dataset(file, "lengths", {static_cast<Index>(data.lengths.size())}, data.lengths);
  write("inputs", data.n_in, data.inputs);
  write("targets", data.n_out, data.targets);
  write("hints", data.n_hint, data.hints);
  if (data.n_neuron > 0) write("neuron_targets", data.n_neuron, data.neuron_targets);
  if (!data.target_neurons.empty()) hdf5::write_dataset(file, "target_neurons", {data.n_neuron}, data.target_neurons);
  write_labels_and_masks(file, data);
}

}  // namespace

Index TrialsShape::numbers() const {
  constexpr Index bytes_of_number = sizeof(double);
  return steps() * (n_in + n_out + n_hint + n_neuron) + (mask_count() + bytes_of_number - 1) / bytes_of_number;
}

Index TrialsShape::steps() const { return std::accumulate(lengths.begin(), lengths.end(), Index{0}); }

struct TrialsReader::Open {
  explicit Open(const std::filesystem::path& file) : path(file), reader(file), shape(reader.shape()) {}

  std::filesystem::path path;
  OpenTrials reader;
  TrialsShape shape;
};

TrialsReader::TrialsReader(const std::filesystem::path& path)
    : open_(with_input_errors(path, [&] { return std::make_unique<Open>(path); })) {}
TrialsReader::~TrialsReader() = default;
TrialsReader::TrialsReader(TrialsReader&& other) noexcept = default;
TrialsReader& TrialsReader::operator=(TrialsReader&& other) noexcept = default;

const TrialsShape& TrialsReader::shape() const { return open_->shape; }

void TrialsReader::read(const Signals<double>& into) const {
  with_input_errors(open_->path, [&] { open_->reader.read(open_->shape, into); });
}

TrialsData read_trials(const std::filesystem::path& path) {
  const TrialsReader file(path);
  TrialsData data{file.shape(), {}, {}, {}, {}};
  with_input_errors(path, [&] {
    data.inputs.resize(as_size(data.steps() * data.n_in));
    data.targets.resize(as_size(data.steps() * data.n_out));
    data.hints.resize(as_size(data.steps() * data.n_hint));
    data.masks.resize(as_size(data.mask_count()));
    data.neuron_targets.resize(as_size(data.steps() * data.n_neuron));
  });
  file.read({data.inputs, data.targets, data.hints, data.masks, data.neuron_targets});
  return data;
}

void write_trials(const std::filesystem::path& path, const TrialsData& data) {
  commit_when_whole(path, [&](const std::filesystem::path& temporary) {
    hdf5::Handle file = hdf5::create_serially(temporary);
    write_contents(file.get(), data);
    hdf5::check(file.close() ? 0 : -1, fmt::format("{} cannot be written", path.string()));
  });
}

}  // namespace fullforce
