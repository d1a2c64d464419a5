#include "fullforce/learning/rls.hpp"

#include <algorithm>

#include "fullforce/base/check.hpp"
#include "fullforce/io/archive.hpp"

namespace fullforce {
namespace {

Index panel_capacity(const LearningOptions& options, Index streams) { return options.panel + streams - 1; }

}  // namespace

template <Real T>
Rls<T>::Rls(const Layout& layout, const LearningOptions& options, Index outputs, Index streams, bool recurrent,
            bool learns)
    : layout_(&layout),
      self_(Communicator::self()),
      outputs_layout_(self_, outputs),
      space_(make_feature_space<T>(layout, options, streams, learns)),
      w_(outputs_layout_, space_->capacity(), learns ? panel_capacity(options, streams) : 0),
      outputs_(outputs_layout_, streams),
      output_errors_(outputs_layout_, streams) {
  if (recurrent) J_.emplace(layout, space_->capacity(), learns ? panel_capacity(options, streams) : 0);
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
                      std::span<double> outputs, PhaseTimer& timer) {
  FULLFORCE_EXPECT(learns() || selected.empty());
  const PhaseScope scope(timer, Phase::products);
  space_->begin(rates, selected, timer);
  use_features();
  layout_->for_each_block([&](RowBlock block) {
    if (J_) J_->multiply(block, space_->features(), currents);
    space_->multiply(block);
  });
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
void Rls<T>::complete(StreamArray<T>& currents, const StreamArray<T>& errors, std::span<const double> output_errors,
                      const std::function<void(RowBlock)>& settle, PhaseTimer& timer) {
  const Index pending = this->pending();
  const Index selected = space_->selected();
  {
    const PhaseScope scope(timer, Phase::updates);
    layout_->for_each_block([&](RowBlock block) {
      if (J_ && learns()) J_->subtract_pending(block, pending, space_->panel_products(), currents);
      settle(block);
      if (selected == 0) return;
      space_->append(block);
      if (J_) J_->append(block, pending, errors, selected, space_->inverse_factor());
    });
    if (selected == 0) return;
    for (Index o = 0; o < output_errors_.rows(); ++o)
      std::transform(output_errors.begin() + o * selected, output_errors.begin() + (o + 1) * selected,
                     output_errors_.row(o), [](double e) { return static_cast<T>(e); });
    w_.append(all_outputs(), pending, output_errors_, selected, space_->inverse_factor());
    space_->advance();
  }
  if (space_->panel_full()) flush(timer);
}

template <Real T>
void Rls<T>::flush(PhaseTimer& timer) {
  const Index pending = this->pending();
  if (pending == 0) return;
  space_->flush(timer);
  const PhaseScope scope(timer, Phase::updates);
  if (J_) layout_->for_each_block([&](RowBlock block) { J_->flush(block, pending, space_->panel_rows()); });
  w_.flush(all_outputs(), pending, space_->panel_rows());
}

template <Real T>
Index Rls<T>::bytes(const RowPartition& partition, const LearningOptions& options, Index outputs, Index streams,
                    bool recurrent) {
  const bool dense = options.features == FeatureKind::dense;
  const Index features = dense ? partition.rows() : std::min(options.max_rank, partition.rows());
  const Index rows = recurrent ? partition.largest_row_count() : 0;
  return feature_space_bytes<T>(partition, options, streams) +
         LearnedWeights<T>::bytes(rows + outputs, features, panel_capacity(options, streams));
}

template <Real T>
void Rls<T>::persist(Archive& archive) {
  const RowPartition& partition = layout_->partition();
  const auto rows = [&](const char* name, RowMatrix<T>& m, Index cols) {
    archive.rows<T>(name, partition, {m.row(0), cols, m.stride()});
  };
  const auto whole = [&](const char* name, RowMatrix<T>& m, Index cols) {
    archive.replicated<T>(name, {m.row(0), cols, m.stride()}, m.rows());
  };
  space_->persist(archive);
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
