#include "fullforce/learning/rls.hpp"

#include <algorithm>

#include "fullforce/base/check.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/learning/inverse_correlation.hpp"

namespace fullforce {

template <Real T>
Rls<T>::Rls(const Layout& layout, const LearningOptions& options, Index outputs, Index streams, bool recurrent,
            bool learns)
    : layout_(&layout),
      self_(Communicator::self()),
      outputs_layout_(self_, outputs),
      space_(make_feature_space<T>(layout, options, streams, learns)),
      w_(outputs_layout_, space_->capacity(), learns ? longest_panel(options.panel, streams) : 0),
      outputs_(outputs_layout_, streams),
      output_errors_(outputs_layout_, streams) {
  if (recurrent && options.target_modes > 0) modes_.emplace(layout, options, streams, learns);
  rows_ = modes_ ? &modes_->layout() : layout_;
  if (recurrent) {
    J_.emplace(*rows_, space_->capacity(), learns ? longest_panel(options.panel, streams) : 0);
    errors_ = StreamArray<T>(*rows_, learns ? streams : 0);
  }
  selected_.reserve(as_size(streams));
  use_features();
}

/// Low-rank: weights of directions that the basis does not have yet are zero, and not read.
template <Real T>
void Rls<T>::use_features() {
  w_.use(space_->count());
  if (J_) J_->use(space_->count());
}

template <Real T>
void Rls<T>::evaluate(const GatheredVectors<T>& rates, std::span<const Index> selected, StreamArray<T>& currents,
                      std::span<double> outputs, RegionTimer& timer, Direction direction) {
  FULLFORCE_EXPECT(learns() || selected.empty());
  const RegionScope scope(timer, TimerRegion::products);
  selected_.assign(selected.begin(), selected.end());
  space_->begin(rates, selected, timer);
  use_features();
  const Loop weights(
      blocks_of_weights(), [&](Index k) { J_->multiply(rows_->block(k), space_->features(), products(currents)); },
      direction);
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
void Rls<T>::respond(std::span<double> outputs) {
  w_.multiply(all_outputs(), space_->features(), outputs_);
  if (learns()) w_.subtract_pending(all_outputs(), pending(), space_->panel_products(), outputs_);
  for (Index o = 0; o < outputs_.rows(); ++o)
    std::copy_n(outputs_.row(o), outputs_.streams(), outputs.begin() + o * outputs_.streams());
}

template <Real T>
void Rls<T>::complete(StreamArray<T>& currents, const TargetCurrents<T>& targets, std::span<const double> output_errors,
                      RegionTimer& timer) {
  const bool learning = !selected_.empty();
  if (modes_ && learning) modes_->project(targets, selected_, timer);
  {
    const RegionScope scope(timer, TimerRegion::updates);
    in_parallel(Loop(blocks_of_weights(),
                     [&](Index k) {
                       const RowBlock block = rows_->block(k);
                       StreamArray<T>& own = products(currents);
                       if (learns()) J_->subtract_pending(block, pending(), space_->panel_products(), own);
                       if (learning) learn_currents(block, own, targets);
                     }),
                Loop(learning ? layout_->local_blocks() : 0, [&](Index k) { space_->append(layout_->block(k)); }));
    if (learning) learn_outputs(output_errors);
    if (learning) space_->advance();
  }
  if (modes_) modes_->expand(currents, timer);
  if (learning && space_->panel_full()) flush(timer);
}

/// From z_rec - F, or with modes w phi - V^T F, of the selected streams.
template <Real T>
void Rls<T>::learn_currents(RowBlock block, const StreamArray<T>& own, const TargetCurrents<T>& targets) {
  const Index count = static_cast<Index>(selected_.size());
  for (Index i = block.local; i < block.local + block.rows; ++i)
    for (Index k = 0; k < count; ++k) {
      const Index b = selected_[as_size(k)];
      errors_(i, k) = own(i, b) - (modes_ ? static_cast<T>(modes_->target(i, k)) : (*targets.F)(i, b));
    }
  J_->append(block, pending(), errors_, count, space_->inverse_factor());
}

template <Real T>
void Rls<T>::learn_outputs(std::span<const double> output_errors) {
  const Index count = static_cast<Index>(selected_.size());
  for (Index o = 0; o < output_errors_.rows(); ++o)
    std::transform(output_errors.begin() + o * count, output_errors.begin() + (o + 1) * count, output_errors_.row(o),
                   [](double e) { return static_cast<T>(e); });
  w_.append(all_outputs(), pending(), output_errors_, count, space_->inverse_factor());
}

template <Real T>
void Rls<T>::flush(RegionTimer& timer) {
  const Index pending = this->pending();
  if (pending == 0) return;
  space_->flush(timer);
  const RegionScope scope(timer, TimerRegion::updates);
  if (J_) rows_->for_each_block([&](RowBlock block) { J_->flush(block, pending, space_->panel_rows()); });
  w_.flush(all_outputs(), pending, space_->panel_rows());
}

template <Real T>
Index Rls<T>::bytes(const RowPartition& partition, const LearningOptions& options, Index outputs, Index streams,
                    bool recurrent) {
  const bool dense = options.features == FeatureKind::dense;
  const Index features = dense ? partition.rows() : std::min(options.max_rank, partition.rows());
  const bool modes = recurrent && options.target_modes > 0;
  const RowPartition weights = modes ? RowPartition(options.target_modes, partition.ranks()) : partition;
  const Index rows = recurrent ? weights.largest_row_count() : 0;
  const Index errors = rows * padded_vectors<T>(streams) * static_cast<Index>(sizeof(T));
  return feature_space_bytes<T>(partition, options, streams) + errors +
         LearnedWeights<T>::bytes(rows + outputs, features, longest_panel(options.panel, streams)) +
         (modes ? TargetModes<T>::bytes(partition, options, streams) : 0);
}

template <Real T>
void Rls<T>::persist(Archive& archive) {
  const RowPartition& partition = rows_->partition();
  const auto rows = [&](const char* name, RowMatrix<T>& m, Index cols) {
    archive.rows<T>(name, partition, m.from(0).first(cols));
  };
  const auto whole = [&](const char* name, RowMatrix<T>& m, Index cols) {
    archive.replicated<T>(name, m.from(0).first(cols), m.rows());
  };
  space_->persist(archive);
  if (modes_) modes_->persist(archive);
  use_features();
  whole("/network/readout", w_.matrix(), features());
  if (J_) rows("/network/weights", J_->matrix(), features());
  if (pending() == 0) return;
  if (J_) rows("/network/pending_left", J_->pending_left(), pending());
  whole("/network/pending_readout", w_.pending_left(), pending());
}

template class Rls<float>;
template class Rls<double>;

}  // namespace fullforce
