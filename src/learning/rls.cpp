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
      w_(outputs_layout_, layout.rows(), learns ? panel_capacity(options, streams) : 0),
      outputs_(outputs_layout_, streams),
      output_errors_(outputs_layout_, streams) {
  if (learns) P_.emplace(layout, options.alpha, options.panel, streams);
  if (recurrent) J_.emplace(layout, layout.rows(), learns ? P_->panel_capacity() : 0);
}

template <Real T>
void Rls<T>::evaluate(const GatheredVectors<T>& phi, std::span<const Index> selected, StreamArray<T>& currents,
                      std::span<double> outputs, PhaseTimer& timer) {
  FULLFORCE_EXPECT(learns() || selected.empty());
  const PhaseScope scope(timer, Phase::products);
  if (P_) P_->select(phi, selected);
  layout_->for_each_block([&](RowBlock block) {
    if (J_) J_->multiply(block, phi.group(0), currents);
    if (P_) P_->multiply(block);
  });
  if (P_) P_->reduce(timer);
  respond(phi.group(0), outputs);
}

template <Real T>
void Rls<T>::respond(VectorsView<const T> phi, std::span<double> outputs) {
  w_.multiply(all_outputs(), phi, outputs_);
  if (P_) w_.subtract_pending(all_outputs(), P_->pending(), P_->panel_products(), outputs_);
  for (Index o = 0; o < outputs_.rows(); ++o)
    std::copy_n(outputs_.row(o), outputs_.streams(), outputs.begin() + o * outputs_.streams());
}

template <Real T>
void Rls<T>::complete(StreamArray<T>& currents, const StreamArray<T>& errors, std::span<const double> output_errors,
                      const std::function<void(RowBlock)>& settle, PhaseTimer& timer) {
  const Index pending = this->pending();
  const Index selected = P_ ? P_->selected() : 0;
  {
    const PhaseScope scope(timer, Phase::updates);
    layout_->for_each_block([&](RowBlock block) {
      if (J_ && P_) J_->subtract_pending(block, pending, P_->panel_products(), currents);
      settle(block);
      if (selected == 0) return;
      P_->append(block);
      if (J_) J_->append(block, pending, errors, selected, P_->inverse_factor());
    });
    if (selected == 0) return;
    for (Index o = 0; o < output_errors_.rows(); ++o)
      std::transform(output_errors.begin() + o * selected, output_errors.begin() + (o + 1) * selected,
                     output_errors_.row(o), [](double e) { return static_cast<T>(e); });
    w_.append(all_outputs(), pending, output_errors_, selected, P_->inverse_factor());
    P_->advance();
  }
  if (P_->full()) flush(timer);
}

template <Real T>
void Rls<T>::flush(PhaseTimer& timer) {
  const Index pending = this->pending();
  if (pending == 0) return;
  P_->flush(timer);
  const PhaseScope scope(timer, Phase::updates);
  if (J_) layout_->for_each_block([&](RowBlock block) { J_->flush(block, pending, P_->panel_rows()); });
  w_.flush(all_outputs(), pending, P_->panel_rows());
}

template <Real T>
Index Rls<T>::bytes(const RowPartition& partition, const LearningOptions& options, Index outputs, Index streams,
                    bool recurrent) {
  const Index rows = recurrent ? partition.largest_row_count() : 0;
  return InverseCorrelation<T>::bytes(partition, options.panel, streams) +
         LearnedWeights<T>::bytes(rows + outputs, partition.rows(), panel_capacity(options, streams));
}

template <Real T>
void Rls<T>::persist(Archive& archive) {
  const RowPartition& partition = layout_->partition();
  const auto replicated = [&](const char* name, RowMatrix<T>& m, Index cols) {
    std::vector<T> packed(static_cast<std::size_t>(m.rows() * cols));
    for (Index o = 0; o < m.rows(); ++o) std::copy_n(m.row(o), cols, packed.begin() + o * cols);
    archive.replicated<T>(name, packed, cols);
    for (Index o = 0; o < m.rows(); ++o) std::copy_n(packed.begin() + o * cols, cols, m.row(o));
  };
  replicated("/network/readout", w_.matrix(), w_.matrix().cols());
  if (J_)
    archive.rows<T>("/network/weights", partition, {J_->matrix().row(0), J_->matrix().cols(), J_->matrix().stride()});
  if (!P_) return;
  P_->persist(archive);
  if (pending() == 0) return;
  if (J_)
    archive.rows<T>("/network/pending_left", partition,
                    {J_->pending_left().row(0), pending(), J_->pending_left().stride()});
  replicated("/network/pending_readout", w_.pending_left(), pending());
}

template class Rls<float>;
template class Rls<double>;

}  // namespace fullforce
