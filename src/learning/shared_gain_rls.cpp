#include "fullforce/learning/shared_gain_rls.hpp"

#include <algorithm>
#include <cmath>

#include "feature_space.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/model/recurrent_weights.hpp"

namespace fullforce {

template <Real T>
SharedGainRls<T>::SharedGainRls(const Layout& layout, const LearningOptions& options, const PlasticitySizes& sizes)
    : layout_(&layout),
      shape_(layout.partition(), layout.threads(), options, sizes),
      self_(Communicator::self()),
      outputs_layout_(self_, sizes.outputs, layout.threads()),
      space_(make_feature_space<T>(layout, options, sizes.streams,
                                   static_cast<double>(layout.rows()) * sizes.largest_rate * sizes.largest_rate,
                                   sizes.learns)),
      w_(outputs_layout_, space_->capacity(), sizes.learns ? longest_panel(options.panel, sizes.streams) : 0),
      outputs_(outputs_layout_, sizes.streams),
      output_errors_(outputs_layout_, sizes.streams) {
  const bool recurrent = learns_recurrent(options.rule);
  if (recurrent && options.target_modes > 0) modes_.emplace(layout, options, sizes.streams, sizes.learns);
  rows_ = modes_ ? &modes_->layout() : layout_;
  if (recurrent) {
    J_.emplace(*rows_, space_->capacity(), sizes.learns ? longest_panel(options.panel, sizes.streams) : 0);
    errors_ = StreamArray<T>(*rows_, sizes.learns ? sizes.streams : 0);
  }
  learning_.reserve(as_size(sizes.streams));
  modes_were_fixed_ = !this->is_observing();
  use_features();
}

template <Real T>
SharedGainRls<T>::~SharedGainRls() = default;

template <Real T>
bool SharedGainRls<T>::learns() const {
  return space_->learns();
}

template <Real T>
Index SharedGainRls<T>::features() const {
  return space_->gain().count;
}

template <Real T>
Index SharedGainRls<T>::most_features() const {
  return space_->capacity();
}

template <Real T>
Index SharedGainRls<T>::pending() const {
  return space_->gain().pending;
}

template <Real T>
const Basis<T>* SharedGainRls<T>::basis() const {
  return space_->basis();
}

template <Real T>
double SharedGainRls<T>::inverse_correlation(Index i, Index j) const {
  return space_->inverse_correlation(i, j);
}

/// Tells the weights how many features there are. With low-rank features, the weights of directions that the basis does
/// not have yet are zero and need not be read.
template <Real T>
void SharedGainRls<T>::use_features() {
  w_.use(features());
  if (J_) J_->use(features());
}

template <Real T>
void SharedGainRls<T>::observe(const TargetCurrents<T>& targets, RegionTimer& timer) {
  activity_ = {.observed = true};
  modes_->observe(targets, timer);
}

template <Real T>
void SharedGainRls<T>::prepare() {
  space_->prepare();
  if (modes_) modes_->prepare();
}

template <Real T>
void SharedGainRls<T>::evaluate(const GatheredVectors<T>& rates, std::span<const Index> learning,
                                StreamArray<T>& currents, std::span<double> outputs, RegionTimer& timer,
                                Direction direction) {
  FULLFORCE_EXPECT(learns() || learning.empty());
  const RegionScope scope(timer, TimerRegion::products);
  activity_ = {.responded = true, .learning = static_cast<Index>(learning.size())};
  learning_.assign(learning.begin(), learning.end());
  space_->begin(rates, learning, timer);
  use_features();
  const VectorsView<const T> phi = space_->gain().features;
  const Loop weights(
      blocks_of_weights(), [&](Index k) { J_->multiply(rows_->block(k), phi, products(currents)); }, direction);
  const Loop parts(
      space_->parts(), [&](Index k) { space_->multiply_part(k); }, direction);
  const AllThere all_parts{space_->parts() > 0};
  const Loop blocks(
      layout_->local_blocks(), [&](Index k) { space_->multiply(layout_->block(k)); }, direction);
  if (direction == Direction::forwards)
    in_parallel(weights, parts, all_parts, blocks);
  else
    in_parallel(parts, all_parts, blocks, weights);
  space_->reduce(timer);
  respond(outputs);
}

template <Real T>
void SharedGainRls<T>::respond(std::span<double> outputs) {
  const Gain<T> gain = space_->gain();
  w_.multiply(all_outputs(), gain.features, outputs_);
  if (learns()) w_.subtract_pending(all_outputs(), gain.pending, gain.panel_products, outputs_);
  for (Index o = 0; o < outputs_.rows(); ++o)
    std::copy_n(outputs_.row(o), outputs_.streams(), outputs.begin() + o * outputs_.streams());
}

template <Real T>
void SharedGainRls<T>::complete(StreamArray<T>& currents, const TargetCurrents<T>& targets,
                                std::span<const double> output_errors, RegionTimer& timer) {
  const bool learning = !learning_.empty();
  if (modes_ && learning) modes_->project(targets, learning_, timer);
  {
    const RegionScope scope(timer, TimerRegion::updates);
    const Gain<T> gain = space_->gain();
    in_parallel(Loop(blocks_of_weights(),
                     [&](Index k) {
                       const RowBlock block = rows_->block(k);
                       StreamArray<T>& own = products(currents);
                       if (learns()) J_->subtract_pending(block, gain.pending, gain.panel_products, own);
                       if (learning) learn_currents(block, own, targets, gain);
                     }),
                Loop(learning ? layout_->local_blocks() : 0, [&](Index k) { space_->append(layout_->block(k)); }));
    if (learning) learn_outputs(output_errors);
    if (learning) space_->advance();
  }
  if (modes_) modes_->expand(currents, timer);
  if (!learning || !space_->panel_full()) return;
  apply_panel(timer);
  space_->examine(timer);
}

/// Learns from the errors of the streams that learn. With target modes the errors are w phi - V^T F.
template <Real T>
void SharedGainRls<T>::learn_currents(RowBlock block, const StreamArray<T>& own, const TargetCurrents<T>& targets,
                                      const Gain<T>& gain) {
  const Index count = static_cast<Index>(learning_.size());
  for (Index i = block.local; i < block.local + block.rows; ++i)
    for (Index k = 0; k < count; ++k) {
      const Index b = learning_[as_size(k)];
      errors_(i, k) = modes_ ? own(i, b) - static_cast<T>(modes_->target(i, k)) : targets.error(i, b, own(i, b));
    }
  J_->append(block, gain.pending, errors_, count, gain.inverse_factor);
}

template <Real T>
void SharedGainRls<T>::learn_outputs(std::span<const double> output_errors) {
  const Index count = static_cast<Index>(learning_.size());
  for (Index o = 0; o < output_errors_.rows(); ++o)
    std::transform(output_errors.begin() + o * count, output_errors.begin() + (o + 1) * count, output_errors_.row(o),
                   [](double e) { return static_cast<T>(e); });
  const Gain<T> gain = space_->gain();
  w_.append(all_outputs(), gain.pending, output_errors_, count, gain.inverse_factor);
}

template <Real T>
void SharedGainRls<T>::draw_recurrent(double gain, std::uint64_t seed, std::span<const std::uint8_t> kept) {
  if (basis() != nullptr || modes_ || !J_) return Plasticity<T>::draw_recurrent(gain, seed, kept);
  const double deviation = gain / std::sqrt(static_cast<double>(layout_->rows()));
  layout_->try_each_block([&](RowBlock block) {
    std::vector<double> scratch(as_size(layout_->rows()));
    for (Index i = block.local; i < block.local + block.rows; ++i)
      if (kept.empty() || kept[as_size(i)] == 0)
        draw_weights(Draws(seed, Purpose::recurrent_weights, static_cast<std::uint64_t>(layout_->first_row() + i)),
                     deviation, scratch, J_->matrix().row(i));
  });
}

template <Real T>
void SharedGainRls<T>::flush(RegionTimer& timer) {
  activity_ = {};
  apply_panel(timer);
}

template <Real T>
void SharedGainRls<T>::apply_panel(RegionTimer& timer) {
  const Index pending = this->pending();
  if (pending == 0) return;
  activity_.flushed = pending;
  const MatrixView<const T> panel_rows = space_->flush(timer);
  const RegionScope scope(timer, TimerRegion::updates);
  if (J_) J_->flush(*rows_, pending, panel_rows);
  w_.flush(outputs_layout_, pending, panel_rows);
}

template <Real T>
void SharedGainRls<T>::account(StepAccount& account) const {
  const Extent all = whole_extent(*layout_);
  const double dimension = static_cast<double>(features());
  if (activity_.observed && this->is_observing()) modes_->account_of_observation(account);
  if (activity_.responded) shape_.account_of_response(dimension, all, account);
  if (activity_.learning > 0) shape_.account_of_learning(activity_.learning, dimension, all, account);
  if (activity_.flushed > 0)
    shape_.account_of_flush(static_cast<double>(activity_.flushed), 1.0, dimension, all, account);
}

template <Real T>
std::vector<std::span<const std::byte>> SharedGainRls<T>::matrices() const {
  std::vector<std::span<const std::byte>> all = {space_->matrix()};
  if (J_) all.push_back(std::as_bytes(J_->matrix().storage()));
  return all;
}

template <Real T>
void SharedGainRls<T>::persist(Archive& archive) {
  archive.section(format::learning::group, format::section::shared_gain_rls);
  space_->persist(archive);
  persist_weights(archive);
  if (archive.loading()) was_rounded_ = is_rounded();
}

template <Real T>
void SharedGainRls<T>::start_from(Archive& archive, bool keep_P, RegionTimer& timer) {
  archive.section(format::learning::group, format::section::shared_gain_rls);
  if (keep_P)
    space_->persist(archive);
  else
    space_->load_panel(archive);
  persist_weights(archive);
  apply_panel(timer);
  if (!keep_P) space_->forget();
  was_rounded_ = is_rounded();
}

/// Saves or loads the weights, and the left factors of the updates in the panel, which was saved or loaded before.
template <Real T>
void SharedGainRls<T>::persist_weights(Archive& archive) {
  const RowPartition& partition = rows_->partition();
  if (modes_) modes_->persist(archive);
  use_features();
  modes_were_fixed_ = !this->is_observing();
  const Gain<T> gain = space_->gain();
  const Index outputs = outputs_.rows();
  archive.replicated<T>(format::network::readout, w_.matrix().from(0).first(gain.count), outputs);
  if (J_) archive.rows<T>(format::network::weights, partition, J_->matrix().from(0).first(gain.count));
  if (gain.pending == 0) return;
  if (J_) archive.rows<T>(format::network::pending_left, partition, J_->pending_left().from(0).first(gain.pending));
  archive.replicated<T>(format::network::pending_readout, w_.pending_left().from(0).first(gain.pending), outputs);
}

template class SharedGainRls<float>;
template class SharedGainRls<double>;

}  // namespace fullforce
