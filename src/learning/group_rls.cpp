#include "fullforce/learning/group_rls.hpp"

#include <algorithm>
#include <cmath>

#include "fullforce/base/check.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/model/distinct_neurons.hpp"
#include "group_workspace.hpp"

namespace fullforce {
namespace {

/// The vectors side by side, as products with weights read them. One vector lies in one piece.
template <Real T>
VectorsView<const T> vectors(const T* data, Index count) {
  return {data, packed_stride<T>(count), count == 1 ? VectorOrder::by_vector : VectorOrder::side_by_side};
}

std::vector<Index> draw_readout_inputs(Index neurons, Index count, std::uint64_t seed) {
  std::vector<std::int32_t> drawn(as_size(count));
  DistinctNeurons(neurons).draw(Draws(seed, Purpose::readout_inputs), drawn);
  return {drawn.begin(), drawn.end()};
}

template <Real F>
void begin_packed(F* P, Index size, double alpha) {
  std::fill_n(P, packed_size(size), F(0));
  for (Index i = 0; i < size; ++i) P[packed_place(i, i)] = static_cast<F>(1.0 / alpha);
}

}  // namespace

template <Real T, Real F>
GroupRls<T, F>::GroupRls(const Layout& layout, const LearningOptions& options, const PlasticitySizes& sizes)
    : layout_(&layout),
      shape_(layout.partition(), layout.threads(), options, sizes),
      alpha_(options.alpha),
      forgetting_(options.forgetting),
      streams_(sizes.streams),
      learns_(sizes.learns),
      readout_inputs_(as_size(shape_.readout_inputs())),
      W_(shape_.has_groups() ? layout.local_rows() : 0, shape_.has_groups() ? shape_.in_degree() : 0),
      neuron_signs_(sizes.network),
      class_penalty_(options.class_penalty),
      w_(sizes.outputs, shape_.readout_inputs()),
      P_stride_(packed_size(shape_.in_degree())),
      panel_stride_(shape_.panel_capacity(shape_.in_degree()) * PackedGain<F>::panel_stride(shape_.in_degree())),
      readout_rates_(padded<T>(rows_read<T>(shape_.readout_inputs()) * packed_stride<T>(sizes.streams))),
      outputs_(sizes.outputs, sizes.streams),
      output_errors_(sizes.outputs, sizes.streams) {
  readout_rates_.fill(T(0));
  learning_.reserve(as_size(sizes.streams));
  if (shape_.has_groups()) partners_.emplace(layout, options.group, options.plastic_in_degree);
  plastic_groups_ = partners_ ? partners_->groups().count_among(shape_.plastic_groups()) : 0;
  if (shape_.has_static()) {
    static_.emplace(layout, sizes.network, sizes.seed, FixedRecurrent::J_s);
    static_->arrange_for(layout, sizes.streams);
  }
  for (int t = 0; t < layout.threads(); ++t)
    workspaces_.emplace_back(shape_.most_inputs(), sizes.streams, shape_.panel_capacity(shape_.most_inputs()), learns_,
                             learns_ ? shape_.bounded_inputs() : 0);
  readout_share_ = learns_ ? std::max<Index>(1, std::llround(shape_.readout_work() / shape_.group_work())) : 0;
  if (!learns_) return;
  if (shape_.obeys_dale()) constraint_.emplace(layout.local_rows(), shape_.in_degree());
  find_partners(options, sizes);
  begin_P();
}

template <Real T, Real F>
GroupRls<T, F>::~GroupRls() = default;

template <Real T, Real F>
void GroupRls<T, F>::find_partners(const LearningOptions& options, const PlasticitySizes& sizes) {
  readout_inputs_ = draw_readout_inputs(layout_->rows(), shape_.readout_inputs(), sizes.seed);
  if (!partners_) return;
  if (options.partners.empty())
    partners_->draw(sizes.seed);
  else
    partners_->read(options.partners);
}

/// Calls work(k) for all groups of this rank, distributed over the threads: first those that learn, then the others,
/// which take less time. If something is learned, k = -1 comes first: the readout, which takes as long as many groups
/// do.
template <Real T, Real F>
template <class Work>
void GroupRls<T, F>::for_each_group(const Work& work) const {
  const Index before = learning_.empty() ? 0 : readout_share_;
  in_parallel(Loop(before + plastic_groups_,
                   [&](Index k) {
                     if (k == 0 && before > 0) work(-1);
                     if (k >= before) work(k - before);
                   }),
              Loop(groups() - plastic_groups_, [&](Index k) { work(plastic_groups_ + k); }));
}

/// Sets P = I / alpha everywhere. The threads that will use a P are the first to write it.
template <Real T, Real F>
void GroupRls<T, F>::begin_P() {
  const Index outputs = shape_.readout_inputs();
  if (P_readout_.size() == 0) {
    P_ = AlignedArray<F>(plastic_groups_ * P_stride_);
    panels_ = AlignedArray<F>(plastic_groups_ * panel_stride_);
    P_readout_ = AlignedArray<F>(packed_size(outputs));
    readout_panel_ = RowMatrix<F>(shape_.panel_capacity(outputs), panels(outputs) * panel_rows);
  }
  for_each_in_parallel(plastic_groups_, [&](Index k) {
    begin_packed(P_of(k), shape_.in_degree(), alpha_);
    if (class_penalty_ > 0.0) penalise_classes(k);
    std::fill_n(panels_.data() + k * panel_stride_, panel_stride_, F(0));
  });
  begin_packed(P_readout_.data(), outputs, alpha_);
  pending_ = readout_pending_ = {};
}

/// P of a group, of whose K columns `inputs` are used.
template <Real T, Real F>
PackedP<F> GroupRls<T, F>::group_P(Index k, Index inputs) {
  const Index stride = PackedGain<F>::panel_stride(shape_.in_degree());
  return {P_of(k), {panels_.data() + k * panel_stride_, stride, stride}, inputs, pending_.count, pending_.growth};
}

template <Real T, Real F>
PackedP<F> GroupRls<T, F>::readout_P() {
  return {P_readout_.data(), readout_panel_.from(0), shape_.readout_inputs(), readout_pending_.count,
          readout_pending_.growth};
}

template <Real T, Real F>
typename GroupRls<T, F>::Workspace& GroupRls<T, F>::workspace() {
  return workspaces_[as_size(thread_index())];
}

/// Gathers the rates of some neurons, [neurons, B]. Zeros follow up to whole registers.
template <Real T, Real F>
template <class Neuron>
void GroupRls<T, F>::read_rates(std::span<const Neuron> neurons, T* rates) const {
  constexpr std::size_t ahead = 16;
  const Index stride = packed_stride<T>(streams_);
  const Index count = static_cast<Index>(neurons.size());
  for (std::size_t k = 0; k < neurons.size(); ++k) {
    if (k + ahead < neurons.size()) __builtin_prefetch(rates_->row(0, neurons[k + ahead]));
    std::copy_n(rates_->row(0, neurons[k]), streams_, rates + static_cast<Index>(k) * stride);
  }
  std::fill(rates + count * stride, rates + rows_read<T>(count) * stride, T(0));
}

template <Real T, Real F>
void GroupRls<T, F>::mark_read(RatesRead& read) const {
  for (const Index neuron : readout_inputs_) read.network[as_size(neuron)] = 1;
  for (Index k = 0; k < groups(); ++k)
    for (const std::int32_t neuron : partners_->of(k)) read.network[as_size(neuron)] = 1;
  if (static_) static_->mark_columns(read.network);
}

/// Copies the rates of the streams that learn to the features of a gain.
template <Real T, Real F>
void GroupRls<T, F>::choose_learning(const T* rates, Index inputs, PackedGain<F>& gain) const {
  const Index from = packed_stride<T>(streams_), count = static_cast<Index>(learning_.size());
  const Index rows = PackedGain<F>::features_read(inputs);
  const VectorsView<F> features = gain.features(count);
  const auto rate = [&](Index i, Index k) {
    return i < inputs && k < count ? static_cast<F>(rates[i * from + learning_[as_size(k)]]) : F(0);
  };
  if (features.order == VectorOrder::by_vector)
    for (Index k = 0; k < count; ++k)
      for (Index i = 0; i < rows; ++i) features(k, i) = rate(i, k);
  else
    for (Index i = 0; i < rows; ++i)
      for (Index k = 0; k < features.stride; ++k) features(k, i) = rate(i, k);
}

/// Updates a P with the rates [inputs, B] of the streams that learn, and applies its panel if that is full. The new
/// columns stay readable in the panel.
template <Real T, Real F>
void GroupRls<T, F>::learn_P(PackedP<F> P, const T* rates, Index panel, Workspace& own) {
  const Index count = static_cast<Index>(learning_.size());
  choose_learning(rates, P.features, own.gain);
  own.gain.learn(P, count);
  P.pending += count;
  P.growth /= forgetting_;
  if (P.pending >= panel) own.gain.flush(P, count);
}

/// s^T of the last update of P, in the precision of the weights.
template <Real T, Real F>
MatrixView<const T> GroupRls<T, F>::columns(const PackedP<F>& P, Workspace& own) const {
  const MatrixView<const F> exact = P.panel.from(P.pending);
  if constexpr (Workspace::mixed) {
    const Index inputs = PackedGain<F>::features_read(P.features);
    for (Index b = 0; b < static_cast<Index>(learning_.size()); ++b)
      std::transform(exact.row(b), exact.row(b) + std::min(inputs, exact.cols), own.rounded_columns.row(b),
                     [](F v) { return static_cast<T>(v); });
    return own.rounded_columns;
  } else {
    return exact;
  }
}

template <Real T, Real F>
void GroupRls<T, F>::evaluate(const GatheredVectors<T>& rates, std::span<const Index> learning,
                              StreamArray<T>& currents, std::span<double> outputs, RegionTimer& timer,
                              Direction direction) {
  FULLFORCE_EXPECT(learns() || learning.empty());
  const RegionScope scope(timer, TimerRegion::products);
  activity_ = {.responded = true, .learning = static_cast<Index>(learning.size())};
  learning_.assign(learning.begin(), learning.end());
  rates_ = &rates;
  read_rates(std::span<const Index>(readout_inputs_), readout_rates_.data());
  const VectorsView<const T> inputs = vectors<T>(readout_rates_.data(), streams_);
  Workspace& own = workspace();
  for (Index o = 0; o < w_.rows(); ++o) {
    kernels::multiply<T>(w_.from(o), 1, w_.cols(), inputs, streams_,
                         {own.currents.data(), streams_, packed_stride<T>(streams_)});
    std::copy_n(own.currents.data(), streams_, outputs.begin() + o * streams_);
  }
  if (static_) static_->multiply(*layout_, {{&rates, 0, &currents}}, direction);
}

template <Real T, Real F>
void GroupRls<T, F>::complete(StreamArray<T>& currents, const TargetCurrents<T>& targets,
                              std::span<const double> output_errors, RegionTimer& timer) {
  const RegionScope scope(timer, learning_.empty() ? TimerRegion::products : TimerRegion::updates);
  for_each_group([&](Index k) {
    if (k < 0)
      learn_outputs(output_errors);
    else
      respond_and_learn(k, currents, targets);
  });
  if (!learning_.empty()) advance();
}

/// Counts the new updates, and forgets those of panels that were applied.
template <Real T, Real F>
void GroupRls<T, F>::advance() {
  const auto count = [&](Pending& pending, Index inputs, Index& flushed) {
    pending.count += activity_.learning;
    pending.growth /= forgetting_;
    if (pending.count < shape_.panel(inputs)) return;
    flushed = pending.count;
    pending = {};
  };
  if (partners_) count(pending_, shape_.in_degree(), activity_.flushed_groups);
  count(readout_pending_, shape_.readout_inputs(), activity_.flushed_readout);
}

template <Real T, Real F>
void GroupRls<T, F>::flush(RegionTimer& timer) {
  const RegionScope scope(timer, TimerRegion::updates);
  activity_ = {.flushed_groups = pending_.count, .flushed_readout = readout_pending_.count};
  if (pending_.count > 0)
    for_each_in_parallel(plastic_groups_, [&](Index k) {
      workspace().gain.flush(group_P(k, static_cast<Index>(partners_->of(k).size())));
      if (constraint_) keep_signs(k, true, pending_.growth);
    });
  if (readout_pending_.count > 0) workspace().gain.flush(readout_P());
  pending_ = readout_pending_ = {};
}

template <Real T, Real F>
void GroupRls<T, F>::respond_and_learn(Index k, StreamArray<T>& currents, const TargetCurrents<T>& targets) {
  Workspace& own = workspace();
  const std::span<const std::int32_t> partners = partners_->of(k);
  const Index inputs = static_cast<Index>(partners.size());
  read_rates(partners, own.rates.data());
  std::optional<PackedP<F>> P;
  if (!learning_.empty() && k < plastic_groups_) {
    P = group_P(k, inputs);
    learn_P(*P, own.rates.data(), shape_.panel(shape_.in_degree()), own);
  }
  const RowBlock rows = partners_->groups().rows(k);
  for (Index done = 0; done < rows.rows; done += neurons_of_a_strip) {
    const RowBlock strip{rows.first + done, rows.local + done, std::min(neurons_of_a_strip, rows.rows - done)};
    respond(strip, inputs, currents, own);
    if (P) learn(strip, *P, currents, targets, own);
  }
  if (!P || !constraint_) return;
  const bool applied = P->pending + activity_.learning >= shape_.panel(shape_.in_degree());
  keep_signs(k, applied, P->growth / forgetting_);
}

/// Computes the currents of a strip of a group's neurons.
template <Real T, Real F>
void GroupRls<T, F>::respond(RowBlock rows, Index inputs, StreamArray<T>& currents, Workspace& own) const {
  const Index stride = packed_stride<T>(streams_);
  kernels::multiply<T>(W_.from(rows.local), rows.rows, inputs, vectors<T>(own.rates.data(), streams_), streams_,
                       {own.currents.data(), streams_, stride});
  for (Index i = 0; i < rows.rows; ++i)
    for (Index b = 0; b < streams_; ++b) {
      T& current = currents(rows.local + i, b);
      current = own.currents[i * stride + b] + (static_ ? current : T(0));
    }
}

/// Learns from the errors of a strip of a group's neurons. `P` is as it was before the step.
template <Real T, Real F>
void GroupRls<T, F>::learn(RowBlock rows, const PackedP<F>& P, const StreamArray<T>& currents,
                           const TargetCurrents<T>& targets, Workspace& own) {
  const Index stride = packed_stride<T>(streams_), count = static_cast<Index>(learning_.size());
  RowMatrix<T>& learned = constraint_ ? constraint_->v() : W_;
  if (constraint_)
    kernels::multiply<T>(learned.from(rows.local), rows.rows, P.features, vectors<T>(own.rates.data(), streams_),
                         streams_, {own.unbounded.data(), streams_, stride});
  for (Index i = 0; i < rows.rows; ++i)
    for (Index k = 0; k < count; ++k) {
      const Index b = learning_[as_size(k)];
      const T beyond = constraint_ && targets.learns(rows.local + i)
                           ? own.unbounded[i * stride + b] - own.currents[i * stride + b]
                           : T(0);
      own.errors[i * stride + k] = targets.error(rows.local + i, b, currents(rows.local + i, b)) + beyond;
    }
  const MatrixView<T> errors(own.errors.data(), count, stride), factors(own.currents.data(), count, stride);
  kernels::multiply_small<T>(errors, rows.rows, count, own.gain.inverse_factor(), factors);
  kernels::subtract_product<T>(learned.from(rows.local), rows.rows, P.features, factors, count, columns(P, own));
}

/// Updates P of the readout, and the weights of the outputs from their errors.
template <Real T, Real F>
void GroupRls<T, F>::learn_outputs(std::span<const double> errors) {
  Workspace& own = workspace();
  const Index count = static_cast<Index>(learning_.size());
  const PackedP<F> P = readout_P();
  learn_P(P, readout_rates_.data(), shape_.panel(P.features), own);
  for (Index o = 0; o < w_.rows(); ++o)
    for (Index k = 0; k < count; ++k) output_errors_(o, k) = static_cast<T>(errors[as_size(o * count + k)]);
  kernels::multiply_small<T>(output_errors_.from(0), w_.rows(), count, own.gain.inverse_factor(), outputs_.from(0));
  kernels::subtract_product<T>(w_.from(0), w_.rows(), P.features, outputs_.from(0), count, columns(P, own));
}

template <Real T, Real F>
void GroupRls<T, F>::draw_recurrent(double gain, std::uint64_t seed, std::span<const std::uint8_t> kept) {
  if (!partners_) return Plasticity<T>::draw_recurrent(gain, seed, kept);
  try_each_in_parallel(groups(), [&](Index k) {
    const std::size_t inputs = partners_->of(k).size();
    if (inputs == 0) return;
    const RowBlock rows = partners_->groups().rows(k);
    std::vector<double> scratch(inputs);
    for (Index i = rows.local; i < rows.local + rows.rows; ++i)
      if (kept.empty() || kept[as_size(i)] == 0)
        draw_weights(Draws(seed, Purpose::recurrent_weights, static_cast<std::uint64_t>(layout_->first_row() + i)),
                     gain / std::sqrt(static_cast<double>(inputs)), scratch, W_.row(i));
    if (shape_.obeys_dale()) balance(k);
  });
  if (constraint_) begin_constraint();
}

template <Real T, Real F>
void GroupRls<T, F>::account(StepAccount& account) const {
  const Extent all = whole_extent(*layout_);
  if (activity_.responded) shape_.account_of_response(all, account);
  if (activity_.learning > 0) shape_.account_of_learning(activity_.learning, all, account);
  if (activity_.flushed_groups > 0)
    shape_.account_of_group_flush(static_cast<double>(activity_.flushed_groups), 1.0, all, account);
  if (activity_.flushed_readout > 0)
    shape_.account_of_readout_flush(static_cast<double>(activity_.flushed_readout), 1.0, account);
}

template <Real T, Real F>
std::vector<std::span<const std::byte>> GroupRls<T, F>::matrices() const {
  return {std::as_bytes(P_.span()), std::as_bytes(P_readout_.span()), std::as_bytes(W_.storage())};
}

template <Real T, Real F>
void GroupRls<T, F>::persist(Archive& archive) {
  archive.section(format::learning::group, format::section::group_rls);
  persist_weights(archive);
  if (learns_) persist_P(archive);
}

template <Real T, Real F>
void GroupRls<T, F>::start_from(Archive& archive, bool keep_P, RegionTimer&) {
  archive.section(format::learning::group, format::section::group_rls);
  persist_weights(archive);
  if (keep_P)
    persist_P(archive);
  else if (learns_ && class_penalty_ > 0.0)
    begin_P();  // which depends on the partners, and these come from the file
  if (constraint_) begin_constraint();
}

template <Real T, Real F>
void GroupRls<T, F>::persist_weights(Archive& archive) {
  archive.replicated<Index>(format::network::readout_inputs, std::span(readout_inputs_));
  if (archive.loading())
    for (const Index neuron : readout_inputs_)
      if (neuron < 0 || neuron >= layout_->rows())
        throw RunError(fmt::format("{}: there is no neuron {} (the file is damaged; use another one)",
                                   format::network::readout_inputs, neuron));
  archive.replicated<T>(format::network::readout, w_.from(0), w_.rows());
  if (!partners_) return;
  partners_->persist(archive);
  archive.rows<T>(format::network::weights, layout_->partition(), W_.from(0));
  if (static_) static_->persist(archive, *layout_);
}

template <Real T, Real F>
void GroupRls<T, F>::persist_P(Archive& archive) {
  archive.replicated<F>(format::learning::P_readout, P_readout_.span());
  if (constraint_) constraint_->persist(archive, layout_->partition());
  if (partners_)
    archive.row_run<F>(format::learning::P, run_of_P(archive), {P_of(skipped(archive)), P_stride_, P_stride_});
  persist_panels(archive);
}

/// The first groups of this rank that another rank saves.
template <Real T, Real F>
Index GroupRls<T, F>::skipped(const Archive& archive) const {
  return archive.saving() ? std::min(partners_->groups().first_saved(), plastic_groups_) : 0;
}

/// The groups whose P this rank saves or loads.
template <Real T, Real F>
RowRun GroupRls<T, F>::run_of_P(const Archive& archive) const {
  const Index total = shape_.plastic_groups(), first = partners_->groups().first() + skipped(archive);
  return {total, std::min(first, total), plastic_groups_ - skipped(archive)};
}

/// Saves or loads what is pending in the panels, in checkpoints.
template <Real T, Real F>
void GroupRls<T, F>::persist_panels(Archive& archive) {
  using namespace format::learning;
  persist_pending(archive, pending_readout, growth_readout, shape_.readout_inputs(), readout_pending_);
  if (readout_pending_.count > 0) archive.replicated<F>(panel_readout, readout_panel_.from(0), readout_pending_.count);
  if (!partners_) return;
  persist_pending(archive, pending_groups, growth_groups, shape_.in_degree(), pending_);
  if (pending_.count == 0) return;
  archive.row_run<F>(panel_groups, run_of_P(archive),
                     {panels_.data() + skipped(archive) * panel_stride_,
                      pending_.count * PackedGain<F>::panel_stride(shape_.in_degree()), panel_stride_});
}

template <Real T, Real F>
void GroupRls<T, F>::persist_pending(Archive& archive, const char* count, const char* growth, Index inputs,
                                     Pending& pending) const {
  archive.attribute<Index>(format::learning::group, count, pending.count);
  archive.attribute<double>(format::learning::group, growth, pending.growth);
  require(pending.count >= 0 && pending.count <= shape_.panel_capacity(inputs),
          "the file holds {} pending columns and learning.panel has room for {} (give a longer panel, or the "
          "network.h5 of that run)",
          pending.count, shape_.panel_capacity(inputs));
}

template class GroupRls<float>;
template class GroupRls<double>;
template class GroupRls<float, double>;

}  // namespace fullforce
