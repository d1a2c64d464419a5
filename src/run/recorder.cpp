#include "recorder.hpp"

#include <algorithm>
#include <bit>

#include "fullforce/run/session.hpp"
#include "trial_observers.hpp"

namespace fullforce {
namespace {

/// The memory of a piece, unless a single step needs more. A sum over ranks is faster the fewer there are; pieces of
/// 64 streams still fit everywhere.
constexpr Index piece_bytes = Index{1} << 20;
constexpr Index number_bytes = sizeof(double);

std::vector<NeuronVariable> variables_of(const RecordingJob& job) {
  using enum NeuronVariable;
  const bool has_generator = job.target == TargetSource::generator;
  std::vector<NeuronVariable> variables{rate};
  if (has_generator) variables.push_back(target_rate);
  if (job.states) variables.push_back(state);
  if (job.states && has_generator) variables.push_back(target_state);
  if (job.currents) variables.push_back(current);
  if (job.reads_targets()) variables.push_back(target);
  return variables;
}

/// The name of a variable in a recording.
const char* name_of(NeuronVariable variable, const RecordingJob& job) {
  const bool are_rates = job.target == TargetSource::rates && variable == NeuronVariable::target;
  constexpr std::array names{"rates", "target_rates", "states", "target_states", "currents", "target_currents"};
  return are_rates ? "target_rates" : names[as_size(static_cast<Index>(variable))];
}

/// The arrays side by side in the order in which a row is filled.
std::vector<RecordedArray> arrays_of(const Task& task, const RecordingJob& job) {
  using Kind = RecordedArray::Kind;
  const Index n_out = task.outputs();
  std::vector<RecordedArray> arrays{{"time", 1, Kind::list},
                                    {"outputs", n_out},
                                    {"targets", n_out},
                                    {"mask", n_out, Kind::mask},
                                    {"inputs", task.inputs()}};
  for (const NeuronVariable variable : variables_of(job))
    arrays.push_back({name_of(variable, job), static_cast<Index>(job.neurons.size())});
  return arrays;
}

Index width_of(const Task& task, const RecordingJob& job) {
  Index width = 0;
  for (const RecordedArray& array : arrays_of(task, job)) width += array.width;
  return width;
}

Index steps_of_a_piece(Index width) { return std::max<Index>(1, piece_bytes / (width * number_bytes)); }

/// What the file says of the trials, in their order.
RecordingHeader header_of(const Task& task, Index trials, const RecordingJob& job) {
  RecordingHeader header{job.notes, task.output_names(), job.neurons, {}, {}, {}};
  Trial scratch;
  Index end = 0, length = 0;
  for (Index n = 0; n < trials; ++n) {
    const TrialId id{TrialKind::test, static_cast<std::uint64_t>(n)};
    if (n == 0 || !task.fixed()) length = task.view(id, scratch).length;
    header.trial_ends.push_back(end += length);
    TrialLabel label = task.label(id);
    header.trials.push_back(label.trial);
    header.conditions.push_back(std::move(label.condition));
  }
  const auto is_empty = [](const std::string& text) { return text.empty(); };
  if (std::all_of(header.conditions.begin(), header.conditions.end(), is_empty)) header.conditions.clear();
  return header;
}

}  // namespace

std::vector<Index> spread_neurons(Index count, Index neurons) {
  std::vector<Index> spread(as_size(count));
  for (Index k = 0; k < count; ++k) spread[as_size(k)] = k * neurons / count;
  return spread;
}

Index recording_bytes(const Task& task, const RunOptions& run, const RecordingJob& job) {
  const Index width = width_of(task, job);
  const Index piece = steps_of_a_piece(width) * width * number_bytes;
  // MPI may hold another piece while it sums, and HDF5 one while it writes.
  const Index tables = run.test_trials * static_cast<Index>(3 * sizeof(Index) + sizeof(std::string));
  return (run.streams + 2) * piece + tables;
}

template <Real T>
Recorder<T>::Recorder(const Layout& layout, const Task& task, const RunOptions& run, double dt, const RecordingJob& job)
    : layout_(&layout),
      dt_(dt),
      variables_(variables_of(job)),
      neurons_(static_cast<Index>(job.neurons.size())),
      width_(width_of(task, job)),
      most_steps_(steps_of_a_piece(width_)) {
  agree(layout.comm(), [&] {
    const RecordingHeader header = header_of(task, run.test_trials, job);
    trial_starts_.assign(header.trial_ends.size(), 0);
    std::copy(header.trial_ends.begin(), header.trial_ends.end() - 1, trial_starts_.begin() + 1);
    for (Index k = 0; k < neurons_; ++k) {
      const Index local = job.neurons[as_size(k)] - layout.first_row();
      if (local >= 0 && local < layout.local_rows()) own_.push_back({k, local});
    }
    pieces_.resize(as_size(run.streams));
    for (Piece& piece : pieces_) piece.bits.resize(as_size(most_steps_ * width_));
    if (layout.comm().is_root()) file_.emplace(job.file, header, arrays_of(task, job));
  });
}

template <Real T>
void Recorder<T>::look(const Simulation<T>& simulation) {
  const TrialStreams& streams = simulation.streams();
  for (Index b = 0; b < streams.streams(); ++b) {
    if (streams.phase(b) != StreamPhase::running) continue;
    Piece& piece = pieces_[as_size(b)];
    const Index step = trial_starts_[as_size(streams.trial(b))] + streams.position(b);
    if (piece.steps == 0) piece.first = step;
    fill_row(simulation, b, step, piece.bits.data() + piece.steps * width_);
    ++piece.steps;
    if (piece.steps == most_steps_ || is_at_last_step(streams, b)) write(piece);
  }
}

/// Only the owner of a number fills it in. The others leave the zeros, so that a sum of the bits is the number itself.
template <Real T>
void Recorder<T>::fill_row(const Simulation<T>& simulation, Index stream, Index step, std::int64_t* row) const {
  fill_signals(simulation, stream, step, row);
  for (const NeuronVariable variable : variables_) {
    for (const OwnNeuron& neuron : own_)
      row[neuron.place] = std::bit_cast<std::int64_t>(simulation.value(variable, neuron.local, stream));
    row += neurons_;
  }
}

/// Fills in what every rank knows, on the root alone. `row` moves on behind it.
template <Real T>
void Recorder<T>::fill_signals(const Simulation<T>& simulation, Index stream, Index step, std::int64_t*& row) const {
  const auto put = [&](double value) { *row++ = file_ ? std::bit_cast<std::int64_t>(value) : 0; };
  const auto put_stream = [&](const auto& all) {
    for (std::size_t at = as_size(stream); at < all.size(); at += pieces_.size()) put(static_cast<double>(all[at]));
  };
  put(static_cast<double>(step) * dt_);
  put_stream(simulation.outputs());
  put_stream(simulation.signals().target);
  put_stream(simulation.signals().mask);
  put_stream(simulation.signals().input);
}

template <Real T>
void Recorder<T>::write(Piece& piece) {
  const std::span<std::int64_t> rows = std::span(piece.bits).first(as_size(piece.steps * width_));
  layout_->comm().sum(rows);
  agree(layout_->comm(), [&] {
    if (file_) file_->write(piece.first, std::as_bytes(rows));
  });
  std::fill(rows.begin(), rows.end(), 0);
  piece.steps = 0;
}

template <Real T>
void Recorder<T>::commit() {
  agree(layout_->comm(), [&] {
    if (file_) file_->commit();
  });
}

template class Recorder<float>;
template class Recorder<double>;

}  // namespace fullforce
