#include "fullforce/forecast/step_cost.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fullforce {
namespace {

double number(Index value) { return static_cast<double>(value); }

/// The probability that exactly k streams learn from a step. It follows the binomial distribution.
double probability_of_learning_streams(const Workload& w, Index k) {
  const double p = w.learning.update_probability;
  if (p <= 0.0 || p >= 1.0) return k == (p >= 1.0 ? w.streams : 0) ? 1.0 : 0.0;
  const double B = number(w.streams);
  const double ways = std::lgamma(B + 1.0) - std::lgamma(number(k) + 1.0) - std::lgamma(B - number(k) + 1.0);
  return std::exp(ways + number(k) * std::log(p) + (B - number(k)) * std::log1p(-p));
}

/// The probability that at least one stream learns. It avoids the rounding of 1 - probability_of_learning_streams(w,
/// 0).
double probability_that_any_learns(const Workload& w) {
  return -std::expm1(number(w.streams) * std::log1p(-w.learning.update_probability));
}

/// The number of vectors that a product computes. It is padded to whole registers.
double computed_vectors(const Workload& w, double vectors) {
  const Index count = static_cast<Index>(std::llround(vectors));
  return number(
      with_scalar(w.learning.precision, [&](auto scalar) { return padded_vectors<decltype(scalar)>(count); }));
}

/// The number of rows of the thread that has the most of them.
double busiest_rows(const Workload& w, const Deployment& d) {
  const RowPartition partition(w.network.neurons, d.ranks);
  const Index blocks = (partition.blocks() + d.ranks - 1) / d.ranks;
  const Index of_thread = (blocks + d.threads - 1) / d.threads;
  return number(std::min(w.network.neurons, of_thread * partition.block_size()));
}

double rounds(double ranks) { return std::ceil(std::log2(ranks)); }

/// The time of a collective over all ranks. It goes on among ranks that share memory, and between the first ranks of
/// all such teams. In a gather each rank of a team copies its rows, and its share of the rows that come from other
/// teams. The teams of a node share its connection to other nodes.
double message_seconds(const Message& message, const Deployment& d, const Machine& m) {
  const double ranks = d.sharing, teams = d.senders(), teams_of_node = std::ceil(d.ranks_per_node / ranks);
  const bool sums = message.kind == Message::Kind::sum;
  const auto part = [](double members, const MessageConstants& c, double bytes) {
    return members > 1 ? rounds(members) * c.latency + bytes / c.bandwidth : 0.0;
  };
  const double within = sums ? rounds(ranks) * message.bytes : message.bytes / ranks;
  const double between = sums ? rounds(teams) * message.bytes : message.bytes * (teams - 1.0) / teams;
  const double sent =
      d.nodes() > 1 ? part(teams, m.between_nodes, teams_of_node * between) : part(teams, m.within_node, between);
  return message.times * (part(ranks, m.within_node, within) + sent);
}

double sweep_seconds(const MatrixSweep& sweep, const Workload& w, const Machine& m, double bytes_a_second) {
  const StepConstants& c = m.steps(sweep.precision);
  const double seconds_to_move = sweep.bytes_of_element() / bytes_a_second;
  const double seconds_to_compute = sweep.columns > 0.0
                                        ? sweep.columns * c.flush
                                        : interpolate(sampled_streams, c.product, computed_vectors(w, sweep.vectors));
  return sweep.elements() * std::max(seconds_to_compute, seconds_to_move);
}

bool has_sweeps_in(TimerRegion region, const StepAccount& account) {
  return std::ranges::any_of(account.sweeps(), [&](const MatrixSweep& sweep) { return sweep.region == region; });
}

/// The costs that grow with the number of neurons: those of the states, the rates and the panel. If some product needs
/// the rates of all neurons, these pass through every rank.
class RowCosts {
 public:
  RowCosts(const Workload& w, const Machine& m, bool all_rates, double rows)
      : w_(&w), machine_(&m), all_rates_(all_rates), rows_(rows) {}

  double seconds(TimerRegion region) const {
    const double a_row = of_row(region);
    if (region != TimerRegion::rest || !all_rates_) return a_row * rows_;
    const double scalar_bytes = with_scalar(w_->learning.precision, [](auto scalar) { return double{sizeof scalar}; });
    const double reading = interpolate(sampled_bytes, machine_->core_bandwidth, 0x1p21);
    const double everywhere = std::min(a_row, 8.0 * number(w_->streams) * scalar_bytes / reading);
    return (a_row - everywhere) * rows_ + everywhere * number(w_->network.neurons);
  }

 private:
  double of_row(TimerRegion region) const {
    const double B = number(w_->streams);
    const double measured =
        interpolate(sampled_streams, machine_->steps(w_->learning.precision).rows[as_size(region)], B);
    if (region == TimerRegion::updates) return w_->learning.update_probability * measured;
    if (region == TimerRegion::products)
      return measured * (number(w_->learning.panel) + B) / (number(calibrated_panel) + B);
    return measured;
  }

  const Workload* w_;
  const Machine* machine_;
  bool all_rates_;
  double rows_;
};

/// The bytes of all matrices that products read in a step in which some stream learns. The caches would have to hold
/// them.
double bytes_at_hand(const StepAccount& account, const Workload& w) {
  const double learning = probability_that_any_learns(w);
  double bytes = 0.0;
  for (const MatrixSweep& sweep : account.sweeps()) {
    const double share = sweep.times < 1.0 ? sweep.times / learning : 1.0;
    if (sweep.columns == 0.0 && sweep.times > 0.0) bytes += share * sweep.rows * sweep.cols * sweep.element_bytes;
  }
  return bytes;
}

/// What a step computes in addition if a stream begins a trial in a state of its own: the products of both networks.
StepAccount account_of_reset(const SessionShape& shape, StepKind kind, const Extent& extent) {
  StepAccount account;
  shape.account_of_networks(kind != StepKind::test, extent, account);
  (kind == StepKind::test ? shape.tested_plasticity() : shape.plasticity()).account_of_response(extent, account);
  return account;
}

}  // namespace

Deployment::Deployment(int ranks_, int threads_, const Machine& machine)
    : ranks(ranks_),
      threads(threads_),
      ranks_per_node(static_cast<int>(std::clamp<Index>(machine.cores / std::max(1, threads_), 1, ranks_))),
      sharing(machine.most_sharing > 0 ? std::min(machine.most_sharing, ranks_per_node) : ranks_per_node) {}

StepAccount account_of_step(const SessionShape& shape, const Workload& w, StepKind kind, const Extent& extent) {
  StepAccount account;
  shape.account_of_networks(kind != StepKind::test, extent, account);
  if (w.resets > 0.0) account.add(account_of_reset(shape, kind, extent), w.resets);
  if (kind == StepKind::init && shape.forces_all()) shape.plasticity().account_of_teaching(extent, account);
  if (kind == StepKind::init && !shape.forces_all()) shape.plasticity().account_of_response(extent, account);
  if (kind == StepKind::test || (kind == StepKind::test_init && !shape.forces_all()))
    shape.tested_plasticity().account_of_response(extent, account);
  if (kind != StepKind::training) return account;
  shape.plasticity().account_of_response(extent, account);
  const double learning_streams = w.learning.update_probability * number(w.streams);
  if (learning_streams == 0.0) return account;
  for (Index k = 1; k <= w.streams; ++k) {
    StepAccount learning;
    shape.plasticity().account_of_learning(k, extent, learning);
    account.add(learning, probability_of_learning_streams(w, k));
  }
  shape.plasticity().account_of_updates(learning_streams, extent, account);
  return account;
}

Work step_work(const Workload& w, StepKind kind, int ranks) {
  return account_of_step(w.shape(1, 1), w, kind, {number(w.network.neurons), 1.0 / ranks}).work();
}

double node_bandwidth(const Machine& m, double active, double bytes) {
  const double cores = number(m.bandwidth_cores);
  const double alone = interpolate(sampled_bytes, m.core_bandwidth, std::min(bytes, sampled_bytes.back()));
  const double all =
      std::max(alone, interpolate(sampled_bytes, m.node_bandwidth, std::min(bytes, sampled_bytes.back())));
  // Bandwidth adds up over cores where each has a cache of its own, and does not where they share the memory.
  const bool adds_up = all > 0.8 * cores * alone;
  return std::min(active * alone, adds_up ? all * active / cores : all);
}

RegionSeconds step_seconds(const Workload& w, StepKind kind, const Deployment& d, const Machine& m) {
  RegionSeconds seconds{};
  const auto in = [&](TimerRegion region) -> double& { return seconds[as_size(region)]; };
  const double rows = busiest_rows(w, d);
  const SessionShape shape = w.shape(d.ranks, d.threads, d.sharing);
  const StepAccount account = account_of_step(shape, w, kind, {rows, 1.0 / d.ranks});
  const double of_thread = node_bandwidth(m, d.active_cores(), bytes_at_hand(account, w)) / d.active_cores();
  for (const MatrixSweep& sweep : account.sweeps()) in(sweep.region) += sweep_seconds(sweep, w, m, of_thread);
  if (d.ranks > 1)
    for (const Message& message : account.messages()) in(TimerRegion::communication) += message_seconds(message, d, m);

  const RowCosts costs(w, m, shape.plasticity().needs_all_rates(), rows);
  in(TimerRegion::rest) += costs.seconds(TimerRegion::rest);
  // Training also counts work of the target-generating network beside its products with J_D. A step of one network
  // alone costs about half of that.
  if (has_sweeps_in(TimerRegion::target_network, account))
    in(TimerRegion::target_network) += costs.seconds(TimerRegion::target_network);
  else
    in(TimerRegion::rest) += 0.5 * costs.seconds(TimerRegion::target_network);
  if (kind == StepKind::training)
    for (const TimerRegion region : {TimerRegion::products, TimerRegion::updates}) in(region) += costs.seconds(region);
  in(TimerRegion::rest) += interpolate(sampled_streams, m.steps(w.learning.precision).fixed, number(w.streams));
  in(TimerRegion::rest) += m.threads * std::log2(static_cast<double>(d.threads));
  return seconds;
}

double total(const RegionSeconds& seconds) { return std::accumulate(seconds.begin(), seconds.end(), 0.0); }

double limit_seconds(const Workload& w, StepKind kind, const Deployment& d, const Machine& m) {
  const StepAccount account = account_of_step(w.shape(1, 1), w, kind, {number(w.network.neurons), 1.0});
  const double cores = static_cast<double>(d.ranks) * d.threads, bytes = account.work().bytes;
  const double bandwidth = node_bandwidth(m, d.active_cores(), bytes / cores) / d.active_cores() * cores;
  double computing = 0.0;
  for (const MatrixSweep& sweep : account.sweeps())
    computing += sweep.work().operations / (m.steps(sweep.precision).product_rate * cores);
  return std::max(bytes / bandwidth, computing);
}

}  // namespace fullforce
