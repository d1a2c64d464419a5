#include "fullforce/run/cost_model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fullforce/learning/current_moments.hpp"
#include "fullforce/linalg/sparse_rows.hpp"
#include "fullforce/linalg/symmetric_product.hpp"
#include "fullforce/linalg/vectors.hpp"

namespace fullforce {
namespace {

double number(Index value) { return static_cast<double>(value); }

bool is_low_rank(const Workload& w) { return w.learning.features == FeatureKind::low_rank; }
bool is_sparse(const Workload& w) { return w.network.in_degree > 0; }
bool is_full_force(const Workload& w) { return w.learning.rule == Rule::full_force; }
bool has_modes(const Workload& w) { return w.learning.target_modes > 0; }
bool is_forced(StepKind kind) { return kind == StepKind::init || kind == StepKind::test_init; }

double scalar_bytes(const Workload& w) { return w.learning.precision == Precision::single_precision ? 4.0 : 8.0; }

double target_element_bytes(const Workload& w) {
  if (!is_sparse(w)) return scalar_bytes(w);
  return static_cast<double>(w.learning.precision == Precision::single_precision
                                 ? SparseRows<float>::bytes_per_element
                                 : SparseRows<double>::bytes_per_element);
}

/// Columns of the features: N, or the bound of a growing basis.
double features(const Workload& w) {
  return is_low_rank(w) ? number(std::min(w.learning.max_rank, w.network.neurons)) : number(w.network.neurons);
}

double modes(const Workload& w) { return number(w.learning.target_modes); }
/// Rows of the learned recurrent weights: neurons, or modes; of all or of as many as belong to `rows` of the neurons.
double weight_rows(const Workload& w, double rows) {
  return has_modes(w) ? modes(w) * rows / number(w.network.neurons) : rows;
}
/// Bound of the directions of the currents that modes come from.
double directions(const Workload& w) {
  return number(CurrentMoments<double>::max_directions(w.network.neurons, w.learning));
}

/// Streams that learn from a step, on the mean.
double learning_streams(const Workload& w) { return w.learning.update_probability * number(w.streams); }

/// Probability that k streams learn from a step: binomial.
double probability_of_learning_streams(const Workload& w, Index k) {
  const double p = w.learning.update_probability;
  if (p <= 0.0 || p >= 1.0) return k == (p >= 1.0 ? w.streams : 0) ? 1.0 : 0.0;
  const double B = number(w.streams);
  const double ways = std::lgamma(B + 1.0) - std::lgamma(number(k) + 1.0) - std::lgamma(B - number(k) + 1.0);
  return std::exp(ways + number(k) * std::log(p) + (B - number(k)) * std::log1p(-p));
}

/// Without the rounding of 1 - probability_of_learning_streams(w, 0).
double probability_that_any_learns(const Workload& w) {
  return -std::expm1(number(w.streams) * std::log1p(-w.learning.update_probability));
}

/// Vectors that a product computes: they are padded to whole registers.
double computed_vectors(const Workload& w, double vectors) {
  const Index count = static_cast<Index>(std::llround(vectors));
  return number(w.learning.precision == Precision::single_precision ? padded_vectors<float>(count)
                                                                    : padded_vectors<double>(count));
}

/// Columns that a panel holds when it is applied: the step that fills it may overshoot.
double panel_columns(const Workload& w) {
  const double step = std::max(1.0, learning_streams(w));
  return std::ceil(number(w.learning.panel) / step) * step;
}

/// Rows of the thread that has the most of them.
double busiest_rows(const Workload& w, const Deployment& d) {
  const RowPartition partition(w.network.neurons, d.ranks);
  const Index blocks = (partition.blocks() + d.ranks - 1) / d.ranks;
  const Index of_thread = (blocks + d.threads - 1) / d.threads;
  return number(std::min(w.network.neurons, of_thread * partition.block_size()));
}

double rounds(double ranks) { return std::ceil(std::log2(ranks)); }

/// A collective over all ranks: within nodes, then between them.
double sum_of_bytes(const Deployment& d, const Machine& m, double bytes) {
  const auto part = [&](double ranks, const MessageConstants& c) {
    return rounds(ranks) * (c.latency + bytes / c.bandwidth);
  };
  return part(std::min(d.ranks, d.ranks_per_node), m.within_node) + part(d.nodes(), m.between_nodes);
}
double gather_of_bytes(const Deployment& d, const Machine& m, double bytes) {
  const auto part = [&](double ranks, const MessageConstants& c) {
    return ranks > 1 ? rounds(ranks) * c.latency + bytes * (ranks - 1) / ranks / c.bandwidth : 0.0;
  };
  return part(std::min(d.ranks, d.ranks_per_node), m.within_node) + part(d.nodes(), m.between_nodes);
}

/// Networks whose rates are gathered: both, but for low-rank features, which want only what drives the
/// target-generating network.
double gathered_networks(const Workload& w, StepKind kind) {
  if (!is_low_rank(w) || !is_full_force(w)) return 2.0;
  return kind == StepKind::test ? 0.0 : 1.0;
}

double communication_seconds(const Workload& w, StepKind kind, const Deployment& d, const Machine& m) {
  if (d.ranks == 1) return 0.0;
  const double N = number(w.network.neurons);
  const double B = number(w.streams);
  const bool learns = kind == StepKind::training;
  double seconds = 0.0;
  seconds += gather_of_bytes(d, m, N * gathered_networks(w, kind) * B * scalar_bytes(w));
  if (has_modes(w) && kind == StepKind::init) seconds += sum_of_bytes(d, m, 8.0 * (directions(w) + 1.0) * B);
  if (has_modes(w) && !is_forced(kind)) seconds += gather_of_bytes(d, m, modes(w) * B * scalar_bytes(w));
  if (has_modes(w) && learns) seconds += sum_of_bytes(d, m, 8.0 * modes(w) * learning_streams(w));
  if (is_low_rank(w) && !is_forced(kind)) seconds += sum_of_bytes(d, m, 8.0 * (features(w) + 1.0) * B);
  if (learns && !is_low_rank(w)) {
    seconds += sum_of_bytes(
        d, m, 8.0 * (0.5 * panel_columns(w) * B + 0.5 * learning_streams(w) * (learning_streams(w) + 1.0)));
    seconds += learning_streams(w) / panel_columns(w) * gather_of_bytes(d, m, N * panel_columns(w) * scalar_bytes(w));
  }
  return seconds;
}

double sweep_seconds(const MatrixSweep& sweep, const Workload& w, const Machine& m, double bytes_a_second) {
  const StepConstants& c = m.steps(w.learning.precision);
  const double elements = sweep.times * sweep.rows * sweep.cols;
  const double seconds_to_move = bytes_of_element(sweep, w) / bytes_a_second;
  const double seconds_to_compute = sweep.columns > 0.0
                                        ? sweep.columns * c.flush
                                        : interpolate(sampled_streams, c.product, computed_vectors(w, sweep.vectors));
  return elements * std::max(seconds_to_compute, seconds_to_move);
}

/// What goes with the number of neurons: states, rates, the panel. The rates of all neurons sweep through every rank.
double row_seconds(const Workload& w, StepKind kind, TimerRegion phase, double rows, const Machine& m) {
  const bool learns = kind == StepKind::training;
  if (phase == TimerRegion::target_network && kind == StepKind::test && is_full_force(w)) return 0.0;
  if ((phase == TimerRegion::updates || phase == TimerRegion::products) && !learns) return 0.0;
  const double B = number(w.streams);
  double a_row = interpolate(sampled_streams, m.steps(w.learning.precision).rows[as_size(phase)], B);
  if (phase == TimerRegion::updates) a_row *= w.learning.update_probability;
  if (phase == TimerRegion::products) a_row *= (number(w.learning.panel) + B) / (number(calibrated_panel) + B);
  if (phase != TimerRegion::rest || is_low_rank(w)) return a_row * rows;
  const double everywhere =
      std::min(a_row, 8.0 * B * scalar_bytes(w) / interpolate(sampled_bytes, m.core_bandwidth, 0x1p21));
  return (a_row - everywhere) * rows + everywhere * number(w.network.neurons);
}

void add(Work& work, const MatrixSweep& sweep) {
  const double elements = sweep.times * sweep.rows * sweep.cols;
  work.operations += 2.0 * elements * (sweep.vectors + sweep.columns);
  work.bytes += (sweep.columns > 0.0 ? 2.0 : 1.0) * elements * sweep.element_bytes;
}

double mean_length(const Task& task, TrialKind kind, Index trials) {
  constexpr Index most = 100;
  const Index count = task.fixed() ? 1 : std::clamp<Index>(trials, 1, most);
  Trial trial;
  double steps = 0.0;
  for (Index k = 0; k < count; ++k) {
    task.make({kind, static_cast<std::uint64_t>(k)}, trial);
    steps += number(trial.length);
  }
  return steps / number(count);
}

/// What streams do in a phase, in steps since its begin: when the first of them has ended its init trials, when the
/// last, and when all trials have ended.
struct Timeline {
  double first_free = 0.0;
  double last_forced = 0.0;
  double end = 0.0;
};

/// Streams of a fixed trial begin in its middle; each takes the next trial when it has ended one.
Timeline timeline(const RunOptions& run, const Task& task, TrialKind init_kind, Index trials, TrialKind kind) {
  const double forced = number(run.init_trials) * mean_length(task, init_kind, run.init_trials * run.streams);
  std::vector<double> free(as_size(run.streams), forced);
  if (task.fixed() && run.init_trials > 0)
    for (Index b = 0; b < run.streams; ++b)
      free[as_size(b)] -= std::floor(number(b) / number(run.streams) * forced / number(run.init_trials));
  Timeline timeline{std::ranges::min(free), std::ranges::max(free), 0.0};
  const double length = mean_length(task, kind, trials);
  // Rounds in which every stream has a trial go by in the same order.
  const Index rounds = trials / run.streams;
  for (double& when : free) when += number(rounds) * length;
  std::ranges::sort(free);
  for (Index k = 0; k < trials % run.streams; ++k) free[as_size(k)] += length;
  if (trials == 0) timeline.first_free = timeline.last_forced;
  timeline.end = std::ranges::max(free);
  return timeline;
}

/// Bytes of the matrices that products read in a step in which somebody learns: what caches must hold.
double bytes_at_hand(const std::vector<MatrixSweep>& all, const Workload& w) {
  const double learning = probability_that_any_learns(w);
  double bytes = 0.0;
  for (const MatrixSweep& sweep : all) {
    const double share = sweep.times < 1.0 ? sweep.times / learning : 1.0;
    if (sweep.columns == 0.0 && sweep.times > 0.0) bytes += share * sweep.rows * sweep.cols * sweep.element_bytes;
  }
  return bytes;
}

}  // namespace

Deployment::Deployment(int ranks_, int threads_, const Machine& machine)
    : ranks(ranks_),
      threads(threads_),
      ranks_per_node(static_cast<int>(std::clamp<Index>(machine.cores / std::max(1, threads_), 1, ranks_))) {}

double bytes_of_element(const MatrixSweep& sweep, const Workload& w) {
  const bool by_index = sweep.phase == TimerRegion::target_network && is_sparse(w);
  return (sweep.columns > 0.0 ? 2.0 : 1.0) * sweep.element_bytes + (by_index ? sweep.vectors * scalar_bytes(w) : 0.0);
}

std::vector<MatrixSweep> sweeps(const Workload& w, StepKind kind, double rows, double held) {
  const double N = number(w.network.neurons);
  const double B = number(w.streams);
  const double d = features(w);
  const double bytes = scalar_bytes(w);
  std::vector<MatrixSweep> all;
  if (kind != StepKind::test || !is_full_force(w)) {
    const double vectors = is_full_force(w) ? B : 2.0 * B;
    all.push_back({TimerRegion::target_network, rows, is_sparse(w) ? number(w.network.in_degree) : N,
                   target_element_bytes(w), 1.0, vectors, 0.0});
  }
  if (kind == StepKind::init && has_modes(w)) {
    all.push_back({TimerRegion::products, rows, directions(w), bytes, 1.0, B, 0.0});        // U^T F
    all.push_back({TimerRegion::updates, directions(w), directions(w), 8.0, 1.0, 0.0, B});  // sum F F^T
  }
  if (is_forced(kind)) return all;
  if (is_low_rank(w)) all.push_back({TimerRegion::products, rows, d, bytes, 1.0, B, 0.0});  // U^T r
  const double J_rows = weight_rows(w, rows);
  if (is_full_force(w)) all.push_back({TimerRegion::products, J_rows, d, bytes, 1.0, B, 0.0});   // J r, or A a
  if (has_modes(w)) all.push_back({TimerRegion::products, rows, modes(w), bytes, 1.0, B, 0.0});  // of the modes
  if (kind == StepKind::test || learning_streams(w) == 0.0) return all;
  const double rows_of_P = is_low_rank(w) ? d : rows;
  const double P_bytes = is_low_rank(w) ? 8.0 : bytes;
  const double flushes = learning_streams(w) / panel_columns(w);
  for (Index k = 1; k <= w.streams; ++k) {
    const double read = is_low_rank(w) ? 1.0 : SymmetricProduct<double>::share_read(w.network.neurons, k, held);
    all.push_back(
        {TimerRegion::products, rows_of_P, d, read * P_bytes, probability_of_learning_streams(w, k), number(k), 0.0});
  }
  for (Index k = 1; k <= w.streams && has_modes(w); ++k)  // V^T F
    all.push_back({TimerRegion::updates, rows, modes(w), bytes, probability_of_learning_streams(w, k), number(k), 0.0});
  all.push_back({TimerRegion::updates, rows_of_P, d, P_bytes, flushes, 0.0, panel_columns(w)});
  if (is_full_force(w)) all.push_back({TimerRegion::updates, J_rows, d, bytes, flushes, 0.0, panel_columns(w)});
  return all;
}

Work step_work(const Workload& w, StepKind kind, int ranks) {
  Work work;
  for (const MatrixSweep& sweep : sweeps(w, kind, number(w.network.neurons), 1.0 / ranks)) add(work, sweep);
  return work;
}

Work sample_update_work(const Workload& w) {
  Workload one = w;
  one.streams = 1;
  one.learning.update_probability = 1.0;
  Work work;
  for (const MatrixSweep& sweep : sweeps(one, StepKind::training, number(w.network.neurons), 1.0))
    if (sweep.columns > 0.0) add(work, sweep);
  return work;
}

double node_bandwidth(const Machine& m, double active, double bytes) {
  const double cores = number(m.bandwidth_cores);
  const double alone = interpolate(sampled_bytes, m.core_bandwidth, std::min(bytes, sampled_bytes.back()));
  const double all =
      std::max(alone, interpolate(sampled_bytes, m.node_bandwidth, std::min(bytes, sampled_bytes.back())));
  const bool adds_up = all > 0.8 * cores * alone;  // as caches of one core each do; memory is shared
  return std::min(active * alone, adds_up ? all * active / cores : all);
}

RegionSeconds step_seconds(const Workload& w, StepKind kind, const Deployment& d, const Machine& m) {
  RegionSeconds seconds{};
  const auto in = [&](TimerRegion phase) -> double& { return seconds[as_size(phase)]; };
  const double rows = busiest_rows(w, d);
  const std::vector<MatrixSweep> all = sweeps(w, kind, rows, rows / number(w.network.neurons));
  const double bytes = bytes_at_hand(all, w);
  const double active = static_cast<double>(d.ranks_per_node * d.threads);
  const double of_thread = node_bandwidth(m, active, bytes) / active;
  for (const MatrixSweep& sweep : all) in(sweep.phase) += sweep_seconds(sweep, w, m, of_thread);
  for (const TimerRegion phase :
       {TimerRegion::target_network, TimerRegion::products, TimerRegion::updates, TimerRegion::rest})
    in(phase) += row_seconds(w, kind, phase, rows, m);
  // A step of the free network moves one network on, which costs about half of what training books beside J_D.
  if (kind == StepKind::test && is_full_force(w))
    in(TimerRegion::rest) += 0.5 * row_seconds(w, StepKind::training, TimerRegion::target_network, rows, m);
  in(TimerRegion::communication) = communication_seconds(w, kind, d, m);
  in(TimerRegion::rest) += interpolate(sampled_streams, m.steps(w.learning.precision).fixed, number(w.streams));
  in(TimerRegion::rest) += m.threads * std::log2(static_cast<double>(d.threads));
  return seconds;
}

double total(const RegionSeconds& seconds) { return std::accumulate(seconds.begin(), seconds.end(), 0.0); }

double limit_seconds(const Workload& w, StepKind kind, const Deployment& d, const Machine& m) {
  const Work work = step_work(w, kind);
  const double cores = static_cast<double>(d.ranks) * d.threads;
  const double active = static_cast<double>(d.ranks_per_node * d.threads);
  const double bandwidth = node_bandwidth(m, active, work.bytes / cores) / active * cores;
  return std::max(work.bytes / bandwidth, work.operations / (m.steps(w.learning.precision).product_rate * cores));
}

RunSteps run_steps(const RunOptions& run, const Task& task) {
  const Timeline training = timeline(run, task, TrialKind::init, run.train_trials, TrialKind::training);
  RunSteps steps{training.first_free, training.end - training.first_free, 0.0, 0.0};
  if (run.test_trials == 0) return steps;
  const Timeline test = timeline(run, task, TrialKind::test_init, run.test_trials, TrialKind::test);
  steps.test = test.end - test.first_free;
  steps.test_init = test.last_forced;
  return steps;
}

double network_file_bytes(const Workload& w, const Task& task, bool checkpoint) {
  const double N = number(w.network.neurons);
  const double B = number(w.streams);
  const double d = features(w);
  const double n_out = number(task.outputs());
  const double pending = checkpoint ? 0.5 * panel_columns(w) : 0.0;
  const double J_rows = is_full_force(w) ? weight_rows(w, N) : 0.0;
  // A sparse J_D, with its indices, is left out of checkpoints.
  const double target_rows = is_sparse(w) ? (checkpoint ? 0.0 : number(w.network.in_degree)) : N;
  const double J_D = N * target_rows * target_element_bytes(w);
  const double basis = is_low_rank(w) ? N * d : 0.0;
  const double states = N * (3.0 * B + number(task.inputs() + task.hints()) + n_out);
  const double pending_columns = pending * (d + J_rows + n_out);
  const double P = d * d * (is_low_rank(w) ? 8.0 : scalar_bytes(w));
  return J_D + P + scalar_bytes(w) * (basis + J_rows * d + N * modes(w) + n_out * d + states + pending_columns);
}

}  // namespace fullforce
