#include "fullforce/learning/rls.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "fullforce/base/check.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/linalg/products.hpp"

namespace fullforce {
namespace {

template <class T>
auto at(std::vector<T>& v, Index i) -> T& { return v[static_cast<std::size_t>(i)]; }
template <class T>
auto at(const std::vector<T>& v, Index i) -> const T& { return v[static_cast<std::size_t>(i)]; }

constexpr Index triangle(Index n) { return n * (n + 1) / 2; }

/// Room for one thread's sums on cache lines of its own.
constexpr Index line_padded(Index count) { return padded<std::int64_t>(count); }

template <Real T>
void put_diagonal(const Layout& layout, RowMatrix<T>& matrix, double value) {
  for (Index i = 0; i < layout.local_rows(); ++i) matrix(i, layout.first_row() + i) = static_cast<T>(value);
}

}  // namespace

template <Real T>
Rls<T>::Rls(const Layout& layout, const LearningOptions& options, Index outputs, Index streams, bool recurrent, bool learns)
    : layout_(&layout),
      streams_(streams),
      outputs_(outputs),
      panel_(options.panel),
      capacity_(options.panel + streams - 1),
      recurrent_(recurrent),
      learns_(learns),
      J_(recurrent ? layout.local_rows() : 0, layout.rows()),
      P_(learns ? layout.local_rows() : 0, layout.rows()),
      w_(outputs, layout.rows()),
      S_(learns ? layout.local_rows() : 0, capacity_),
      G_(learns && recurrent ? layout.local_rows() : 0, capacity_),
      H_(learns ? outputs : 0, capacity_),
      all_S_(learns ? layout.rows() * S_.stride() : 0),
      S_transposed_(learns ? capacity_ : 0, layout.rows()),
      gather_S_(layout.comm(), layout.partition(), S_.stride()),
      panel_scale_(std::sqrt(static_cast<double>(layout.rows()) / options.alpha)),
      quadratic_scale_(static_cast<double>(layout.rows()) / options.alpha),
      phi_selected_(learns ? streams : 0, layout.rows()),
      K_(learns ? layout.local_rows() : 0, streams),
      correction_(learns ? layout.local_rows() : 0, streams),
      c_(streams, capacity_),
      c_selected_(streams, capacity_),
      c_exact_(static_cast<std::size_t>(streams * capacity_)),
      gram_(static_cast<std::size_t>(streams * streams)),
      readout_products_(static_cast<std::size_t>(outputs * streams)) {
  if (!learns) return;
  put_diagonal(layout, P_, 1.0 / options.alpha);
  sums_.resize(static_cast<std::size_t>(line_padded(sums_size()) * thread_count()));
  scratch_.resize(static_cast<std::size_t>(line_padded(capacity_) * thread_count()));
}

template <Real T>
Index Rls<T>::sums_size() const { return streams_ * capacity_ + triangle(streams_) + 1; }

template <Real T>
void Rls<T>::evaluate(const StreamVectors<T>& phi, const StreamArray<T>& mine, std::span<const Index> selected,
                      StreamArray<T>& currents, std::span<double> outputs, PhaseTimer& timer) {
  FULLFORCE_EXPECT(learns_ || selected.empty());
  selected_ = static_cast<Index>(selected.size());
  {
    const PhaseScope scope(timer, Phase::products);
    if (recurrent_) multiply(*layout_, J_, phi, streams_, currents);
    kernels::multiply<T>({w_.row(0), w_.stride()}, outputs_, w_.cols(), {phi.row(0), phi.stride()}, streams_,
                         {readout_products_.data(), streams_});
    std::copy(readout_products_.begin(), readout_products_.end(), outputs.begin());
    if (selected_ == streams_) {
      multiply(*layout_, P_, phi, streams_, K_);
    } else if (selected_ > 0) {
      for (Index b = 0; b < selected_; ++b) {
        const T* from = phi.row(selected[static_cast<std::size_t>(b)]);
        std::copy(from, from + phi.stride(), phi_selected_.row(b));
      }
      multiply(*layout_, P_, phi_selected_, selected_, K_);
    }
  }
  if (pending_ == 0 && selected_ == 0) return;
  {
    const PhaseScope scope(timer, Phase::products);
    sum_over_neurons(mine, selected);
  }
  const Index count = streams_ * pending_ + triangle(selected_) + 1;
  {
    const PhaseScope scope(timer, Phase::communication);
    layout_->comm().sum(std::span(sums_).first(static_cast<std::size_t>(count)));
  }
  const PhaseScope scope(timer, Phase::products);
  decode(selected);
  if (pending_ > 0) subtract_pending(currents, outputs);
}

/// The sums of S^T phi and phi^T P0 phi over this rank's neurons, as integers, in sums_.
template <Real T>
void Rls<T>::sum_over_neurons(const StreamArray<T>& mine, std::span<const Index> selected) {
  const Index count = streams_ * pending_ + triangle(selected_) + 1;
  const Index set = line_padded(sums_size());
  for (Index t = 0; t < thread_count(); ++t) std::fill_n(sums_.begin() + t * set, count, 0);
  layout_->for_each_block([&](RowBlock block) {
    const std::size_t t = static_cast<std::size_t>(thread_index());
    encode_block(block, mine, selected, std::span(sums_).subspan(t * static_cast<std::size_t>(set), static_cast<std::size_t>(count)),
                 std::span(scratch_).subspan(t * static_cast<std::size_t>(line_padded(capacity_)), static_cast<std::size_t>(capacity_)));
  });
  for (Index t = 1; t < thread_count(); ++t)
    for (Index k = 0; k < count; ++k) at(sums_, k) += at(sums_, t * set + k);
}

template <Real T>
void Rls<T>::encode_block(RowBlock block, const StreamArray<T>& mine, std::span<const Index> selected,
                          std::span<std::int64_t> sums, std::span<double> scratch) {
  std::int64_t& errors = sums.back();
  std::size_t next = 0;
  for (Index b = 0; b < streams_ && pending_ > 0; ++b) {
    std::fill_n(scratch.begin(), pending_, 0.0);
    kernels::accumulate_transposed<T>({S_.row(block.local), S_.stride()}, block.rows, pending_, mine.row(block.local) + b, streams_,
                                      scratch.data());
    for (Index k = 0; k < pending_; ++k) sums[next++] += panel_scale_.encode(scratch[static_cast<std::size_t>(k)], errors);
  }
  for (Index b = 0; b < selected_; ++b) {
    for (Index c = 0; c <= b; ++c) {
      double sum = 0.0;
      for (Index i = block.local; i < block.local + block.rows; ++i)
        sum += static_cast<double>(mine(i, selected[static_cast<std::size_t>(b)])) * static_cast<double>(K_(i, c));
      sums[next++] += quadratic_scale_.encode(sum, errors);
    }
  }
}

/// From the summed integers: c = S^T phi, and the Gram matrix I + phi^T P0 phi - c^T c of the selected streams.
template <Real T>
void Rls<T>::decode(std::span<const Index> selected) {
  const Index count = streams_ * pending_ + triangle(selected_) + 1;
  bool sound = at(sums_, count - 1) == 0;
  Index next = 0;
  for (Index b = 0; b < streams_; ++b) {
    for (Index k = 0; k < pending_; ++k) {
      sound = sound && FixedPoint::in_range(at(sums_, next));
      const double value = panel_scale_.decode(at(sums_, next++));
      at(c_exact_, b * capacity_ + k) = value;
      c_(b, k) = static_cast<T>(value);
    }
    std::fill(c_.row(b) + pending_, c_.row(b) + c_.stride(), T(0));
  }
  for (Index b = 0; b < selected_; ++b) {
    const Index stream = selected[static_cast<std::size_t>(b)];
    std::copy(c_.row(stream), c_.row(stream) + c_.stride(), c_selected_.row(b));
    for (Index c = 0; c <= b; ++c) {
      sound = sound && FixedPoint::in_range(at(sums_, next));
      double value = quadratic_scale_.decode(at(sums_, next++)) + (b == c ? 1.0 : 0.0);
      for (Index k = 0; k < pending_; ++k)
        value -= at(c_exact_, stream * capacity_ + k) * at(c_exact_, selected[static_cast<std::size_t>(c)] * capacity_ + k);
      at(gram_, b * selected_ + c) = value;
    }
  }
  if (!sound) throw RunError("a sum over neurons is not finite or beyond its bound");
}

template <Real T>
void Rls<T>::subtract_pending(StreamArray<T>& currents, std::span<double> outputs) {
  const auto subtract = [&](RowBlock block, const RowMatrix<T>& panel, const StreamVectors<T>& c, Index vectors, StreamArray<T>& from) {
    kernels::multiply<T>({panel.row(block.local), panel.stride()}, block.rows, pending_, {c.row(0), c.stride()}, vectors,
                         {correction_.row(block.local), streams_});
    for (Index i = block.local; i < block.local + block.rows; ++i)
      for (Index b = 0; b < vectors; ++b) from(i, b) -= correction_(i, b);
  };
  layout_->for_each_block([&](RowBlock block) {
    if (recurrent_) subtract(block, G_, c_, streams_, currents);
    if (selected_ > 0) subtract(block, S_, c_selected_, selected_, K_);
  });
  for (Index o = 0; o < outputs_; ++o)
    for (Index b = 0; b < streams_; ++b)
      for (Index k = 0; k < pending_; ++k)
        outputs[static_cast<std::size_t>(o * streams_ + b)] -= static_cast<double>(H_(o, k)) * at(c_exact_, b * capacity_ + k);
}

template <Real T>
void Rls<T>::factorise() {
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Eigen::Map<Matrix> gram(gram_.data(), selected_, selected_);
  Eigen::Ref<Matrix> in_place(gram);
  const Eigen::LLT<Eigen::Ref<Matrix>> factor(in_place);
  if (factor.info() != Eigen::Success)
    throw RunError("the inverse correlation matrix is no longer positive definite: use learning.precision = \"double\", or a larger learning.alpha");
}

/// row <- row L^-T.
template <Real T>
void Rls<T>::solve_row(double* row) const {
  for (Index b = 0; b < selected_; ++b) {
    for (Index c = 0; c < b; ++c) row[b] -= at(gram_, b * selected_ + c) * row[c];
    row[b] /= at(gram_, b * selected_ + b);
  }
}

template <Real T>
void Rls<T>::append_columns(const StreamArray<T>& current_errors, std::span<const double> output_errors) {
  constexpr Index most_streams = 64;
  const auto append = [&](const auto* from, RowMatrix<T>& panel, Index i) {
    double row[most_streams];
    std::copy(from, from + selected_, row);
    solve_row(row);
    for (Index b = 0; b < selected_; ++b) panel(i, pending_ + b) = static_cast<T>(row[b]);
  };
  layout_->for_each_block([&](RowBlock block) {
    for (Index i = block.local; i < block.local + block.rows; ++i) {
      append(K_.row(i), S_, i);
      if (recurrent_) append(current_errors.row(i), G_, i);
    }
  });
  for (Index o = 0; o < outputs_; ++o) append(output_errors.data() + o * selected_, H_, o);
  pending_ += selected_;
}

template <Real T>
void Rls<T>::update(const StreamArray<T>& current_errors, std::span<const double> output_errors, PhaseTimer& timer) {
  if (selected_ == 0) return;
  {
    const PhaseScope scope(timer, Phase::updates);
    factorise();
    append_columns(current_errors, output_errors);
  }
  if (pending_ >= panel_) flush(timer);
}

template <Real T>
void Rls<T>::flush(PhaseTimer& timer) {
  if (pending_ == 0) return;
  {
    const PhaseScope scope(timer, Phase::communication);
    gather_S_(std::span<const T>(S_.storage()), all_S_.span());
  }
  const PhaseScope scope(timer, Phase::updates);
  for_each_in_parallel(pending_, [&](Index k) {
    for (Index j = 0; j < layout_->rows(); ++j) S_transposed_(k, j) = all_S_[j * S_.stride() + k];
  });
  subtract_product(*layout_, P_, S_, pending_, S_transposed_);
  if (recurrent_) subtract_product(*layout_, J_, G_, pending_, S_transposed_);
  kernels::subtract_product<T>({w_.row(0), w_.stride()}, outputs_, w_.cols(), {H_.row(0), H_.stride()}, pending_,
                               {S_transposed_.row(0), S_transposed_.stride()});
  pending_ = 0;
}

template <Real T>
Index Rls<T>::bytes(const RowPartition& partition, const LearningOptions& options, Index outputs, Index streams, bool recurrent) {
  Index rows = 0;
  for (int r = 0; r < partition.ranks(); ++r) rows = std::max(rows, partition.row_count(Rank{r}));
  const Index whole = padded<T>(partition.rows());
  const Index panel = padded<T>(options.panel + streams - 1);
  const Index by_rows = rows * ((recurrent ? 2 : 1) * (whole + panel) + 2 * streams);
  const Index replicated = (outputs + streams + options.panel + streams) * whole + partition.rows() * panel;
  return (by_rows + replicated) * static_cast<Index>(sizeof(T));
}

template <Real T>
void Rls<T>::persist(Archive& archive) {
  const RowPartition& partition = layout_->partition();
  const auto rows = [&](const char* name, RowMatrix<T>& m, Index cols) { archive.rows<T>(name, partition, {m.row(0), cols, m.stride()}); };
  const auto replicated = [&](const char* name, RowMatrix<T>& m, Index cols) {
    std::vector<T> packed(static_cast<std::size_t>(m.rows() * cols));
    for (Index o = 0; o < m.rows(); ++o) std::copy_n(m.row(o), cols, packed.begin() + o * cols);
    archive.replicated<T>(name, packed, cols);
    for (Index o = 0; o < m.rows(); ++o) std::copy_n(packed.begin() + o * cols, cols, m.row(o));
  };
  replicated("/network/readout", w_, w_.cols());
  if (recurrent_) rows("/network/weights", J_, J_.cols());
  if (!learns_) return;
  rows("/learning/P", P_, P_.cols());
  if (archive.loading()) pending_ = archive.contains("/learning/pending_right") ? archive.shape("/learning/pending_right").at(1) : 0;
  if (pending_ == 0) return;
  require(pending_ <= capacity_, "the file holds {} pending columns and learning.panel = {} has room for {}", pending_, panel_, capacity_);
  rows("/learning/pending_right", S_, pending_);
  if (recurrent_) rows("/network/pending_left", G_, pending_);
  replicated("/network/pending_readout", H_, pending_);
}

template class Rls<float>;
template class Rls<double>;

}  // namespace fullforce
