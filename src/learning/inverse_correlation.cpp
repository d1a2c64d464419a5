#include "fullforce/learning/inverse_correlation.hpp"

#include <algorithm>
#include <cmath>

#include "fullforce/base/check.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/linalg/kernels.hpp"
#include "fullforce/parallel/exchange_scope.hpp"

namespace fullforce {
namespace {

/// A view of `count` vectors in `memory`, which has room for more. The number of vectors decides their order.
template <Real F>
VectorsView<F> view_of_some(AlignedArray<F>& memory, Index length, Index count) {
  const bool by_vector = vector_order<F>(count) == VectorOrder::by_vector;
  return {memory.data(), by_vector ? row_stride<F>(length) : padded_vectors<F>(count), vector_order<F>(count)};
}

/// The room that any number of vectors up to `most` needs, in either order.
template <Real F>
Index room_for_some(Index length, Index most) {
  constexpr Index contiguous = 16 / static_cast<Index>(sizeof(F));  // at most so many vectors lie each in one piece
  return std::max(std::min(most, contiguous) * row_stride<F>(length), length * padded_vectors<F>(most));
}

template <Real F>
void copy_some(const VectorsView<const F>& all, std::span<const Index> chosen, Index first, Index count,
               const VectorsView<F>& some) {
  for (Index j = first; j < first + count; ++j)
    for (std::size_t k = 0; k < chosen.size(); ++k) some(static_cast<Index>(k), j) = all(chosen[k], j);
}

/// What is copied across the diagonal is copied in pieces of so many columns.
constexpr Index flushed_columns = 512;

}  // namespace

// The default panel of 64 columns was chosen by measurement. The table gives ms for a step in double precision on two
// cores, for panels of 16, 32, 64, 128 and 256 columns:
//   N = 1024, 1 stream      0.347  0.300  0.307  0.326  0.337      16 streams    2.16   2.16   2.07   2.18   2.34
//   N = 4096, 1 stream      8.82   8.83   9.03   9.22   9.35       16 streams   33.8   30.5   30.7   29.7   30.8
// A length that depends on N and B could win 4 % at the most.
template <Real F>
InverseCorrelation<F>::InverseCorrelation(const Layout& features, double alpha, double longest, Index panel,
                                          Index vectors, double forgetting)
    : layout_(&features),
      used_(features.rows()),
      vectors_(vectors),
      panel_(panel),
      alpha_(alpha),
      longest_(longest),
      forgetting_(forgetting),
      largest_(1.0 / alpha),
      capacity_(longest_panel(panel, vectors)),
      P_(features.local_rows(), features.rows()),
      S_(features, 1, capacity_, Gathering::columns),
      phi_chosen_(room_for_some<F>(features.rows(), vectors)),
      mine_selected_(features, vectors),
      K_(features, vectors),
      c_(capacity_, vectors),
      c_chosen_(room_for_some<F>(capacity_, vectors)),
      c_exact_(as_size(capacity_ * vectors)),
      gram_(vectors * padded<double>(vectors)),
      factor_(vectors * padded<double>(vectors)),
      panel_scale_(std::sqrt(longest / alpha)),
      quadratic_scale_(longest / alpha),
      sums_({vectors * capacity_ + vectors * vectors, features.threads()}) {
  if (SymmetricProduct<F>::pays(features.rows(), 1)) symmetric_.emplace(features);
  chosen_.reserve(as_size(vectors));
  phi_chosen_.fill(F(0));
  c_chosen_.fill(F(0));
  const Index block = features.partition().block_size();
  const Index transposing = std::max(kernels::transposed_scratch(block, capacity_, vectors),
                                     kernels::transposed_scratch(block, vectors, vectors));
  scratch_stride_ = padded<double>(transposing) + padded<double>(vectors * std::max(capacity_, vectors));
  scratch_ = AlignedArray<double>(scratch_stride_ * features.threads());
  gram_.fill(0.0);
  begin_diagonal();
}

template <Real F>
void InverseCorrelation<F>::begin_diagonal() {
  for (Index i = 0; i < layout_->local_rows(); ++i) P_(i, layout_->first_row() + i) = static_cast<F>(1.0 / alpha_);
}

template <Real F>
void InverseCorrelation<F>::forget() {
  layout_->for_each_block([&](RowBlock block) {
    for (Index i = block.local; i < block.local + block.rows; ++i) std::fill_n(P_.row(i), P_.stride(), F(0));
  });
  begin_diagonal();
  pending_ = indefinite_ = 0;
  growth_ = 1.0;
  largest_ = 1.0 / alpha_;
  panel_scale_ = FixedPoint(std::sqrt(longest_ / alpha_));
  quadratic_scale_ = FixedPoint(longest_ / alpha_);
}

template <Real F>
void InverseCorrelation<F>::use(Index features) {
  if (growth_ != 1.0)
    for (Index i = std::max(used_, layout_->first_row());
         i < std::min(features, layout_->first_row() + layout_->local_rows()); ++i)
      P_(i - layout_->first_row(), i) = static_cast<F>(1.0 / (alpha_ * growth_));
  used_ = features;
}

template <Real F>
void InverseCorrelation<F>::select(const GatheredVectors<F>& phi, std::span<const Index> selected) {
  phi_ = &phi;
  chosen_.assign(selected.begin(), selected.end());
  selected_ = static_cast<Index>(selected.size());
  sums_.begin(vectors_ * pending_ + selected_ * selected_);
  if (selected_ == vectors_ || selected_ == 0) {
    phi_selected_ = phi.group(0);
    return;
  }
  const VectorsView<F> some = view_of_some(phi_chosen_, layout_->rows(), selected_);
  const VectorsView<const F> all = phi.group(0);
  // The padding beside the chosen vectors may hold numbers of an earlier, larger choice. Products then fill padding of
  // their results with them, which nobody reads.
  const Index run = layout_->partition().block_size();
  for_each_in_parallel(layout_->partition().blocks(), [&](Index k) {
    copy_some(all, chosen_, k * run, std::min(run, layout_->rows() - k * run), some);
  });
  if (some.order == VectorOrder::by_vector)
    for (Index v = 0; v < selected_; ++v)
      std::fill(some.data + v * some.stride + layout_->rows(), some.data + (v + 1) * some.stride, F(0));
  phi_selected_ = some;
}

template <Real F>
void InverseCorrelation<F>::multiply_part(Index k) {
  symmetric_->multiply_part(k, P_.from(0), phi_selected_.data);
}

template <Real F>
void InverseCorrelation<F>::multiply(RowBlock block) {
  if (block.first >= used_) return;
  if (uses_symmetry())
    symmetric_->finish(block, K_.from(block.local));
  else if (selected_ > 0)
    kernels::multiply<F>(P_.from(block.local), block.rows, used_, phi_selected_, selected_, K_.from(block.local));
  if (selected_ > 0 || pending_ > 0) sum_block(block);
}

/// Adds a block's part of the sums, which are formed in double precision.
template <Real F>
void InverseCorrelation<F>::sum_block(RowBlock block) {
  const Index thread = thread_index();
  double* const sums = scratch_.data() + thread * scratch_stride_;
  double* const scratch = sums + padded<double>(vectors_ * std::max(capacity_, vectors_));
  const MatrixView<const F> phi = phi_->mine_from(0, block.local);
  const Index panel_sums = vectors_ * pending_;
  if (pending_ > 0) {
    kernels::multiply_transposed<F>(S_.mine_from(0, block.local), block.rows, pending_, phi, vectors_, sums, scratch);
    sums_.add<double>(0, {sums, as_size(panel_sums)}, panel_scale_);
  }
  if (selected_ == 0) return;
  MatrixView<const F> chosen = phi;
  if (selected_ < vectors_) {
    for (Index i = block.local; i < block.local + block.rows; ++i)
      for (Index k = 0; k < selected_; ++k) mine_selected_(i, k) = phi_->mine(0, i)[chosen_[as_size(k)]];
    chosen = mine_selected_.from(block.local);
  }
  kernels::multiply_transposed<F>(chosen, block.rows, selected_, K_.from(block.local), selected_, sums, scratch);
  sums_.add<double>(panel_sums, {sums, as_size(selected_ * selected_)}, quadratic_scale_);
}

template <Real F>
void InverseCorrelation<F>::reduce(RegionTimer& timer) {
  if (pending_ == 0 && selected_ == 0) return;
  {
    const ExchangeScope scope(timer, layout_->comm());
    sums_.reduce(layout_->comm());
  }
  decode();
  if (selected_ > 0) factorise();
}

/// Reads from the sums c = S^T phi of all vectors, and Phi^T P0 Phi of the selected vectors, from which factorise()
/// subtracts c^T c.
template <Real F>
void InverseCorrelation<F>::decode() {
  const VectorsView<F> c = c_.view();
  for (Index k = 0; k < pending_; ++k)
    for (Index b = 0; b < vectors_; ++b) {
      const double sum = sums_.value(k * vectors_ + b, panel_scale_);
      c_exact_[as_size(k * vectors_ + b)] = sum;
      c(b, k) = static_cast<F>(sum);
    }
  if (c.order == VectorOrder::by_vector)
    for (Index b = 0; b < vectors_; ++b) std::fill(c.data + b * c.stride + pending_, c.data + (b + 1) * c.stride, F(0));
  const Index first = vectors_ * pending_;
  for (Index a = 0; a < selected_; ++a)
    for (Index b = a; b < selected_; ++b) gram().row(a)[b] = sums_.value(first + b * selected_ + a, quadratic_scale_);
}

/// By so much the rounding of sums to integers may change phi^T P phi. Rates near zero give forms that are smaller.
template <Real F>
double InverseCorrelation<F>::rounding_of_sums() const {
  return static_cast<double>(layout_->partition().blocks()) * quadratic_scale_.resolution();
}

template <Real F>
void InverseCorrelation<F>::factorise() {
  const MatrixView<double> G = gram();
  for (Index k = 0; k < pending_; ++k) {
    const double* const c = c_exact_.data() + k * vectors_;
    for (Index a = 0; a < selected_; ++a)
      for (Index b = a; b < selected_; ++b) G.row(a)[b] -= c[chosen_[as_size(a)]] * c[chosen_[as_size(b)]];
  }
  for (Index a = 0; a < selected_; ++a) {
    indefinite_ += G.row(a)[a] >= -rounding_of_sums() ? 0 : 1;
    for (Index b = a; b < selected_; ++b) G.row(a)[b] *= growth_;
    G.row(a)[a] += 1.0;
  }
  if (!kernels::inverse_factor(G.data, selected_, std::sqrt(growth_), factor_.data()))
    throw RunError(
        "the inverse correlation matrix is no longer positive definite: use learning.precision = \"mixed\" or "
        "\"double\", or a larger learning.alpha");
  if (selected_ == vectors_) {
    c_selected_ = c_.view();
    return;
  }
  const VectorsView<F> some = view_of_some(c_chosen_, capacity_, selected_);
  copy_some<F>(c_.view(), chosen_, 0, pending_, some);
  if (some.order == VectorOrder::by_vector)
    for (Index v = 0; v < selected_; ++v)
      std::fill(some.data + v * some.stride + pending_, some.data + (v + 1) * some.stride, F(0));
  c_selected_ = some;
}

template <Real F>
void InverseCorrelation<F>::append(RowBlock block) {
  if (selected_ == 0 || block.first >= used_) return;
  if (pending_ > 0)
    kernels::subtract_multiple<F>(S_.mine_from(0, block.local), block.rows, pending_, c_selected_, selected_,
                                  K_.from(block.local));
  kernels::multiply_small<F>(K_.from(block.local), block.rows, selected_, factor_.data(),
                             S_.mine_from(0, block.local).from(0, pending_));
}

template <Real F>
void InverseCorrelation<F>::flush(RegionTimer& timer) {
  if (pending_ == 0) return;
  {
    const ExchangeScope scope(timer, layout_->comm());
    S_.gather(pending_);
  }
  const RegionScope scope(timer, TimerRegion::updates);
  layout_->for_each_block([&](RowBlock block) {
    if (block.first < used_) flush(block);
  });
  pending_ = 0;
  if (growth_ != 1.0) fold_growth(timer);
}

/// Multiplies P0 by c, and finds a new bound on its eigenvalues: the sum of them is at most the number of rows times
/// the largest element on the diagonal. P that is forgotten in some direction grows there without limit.
template <Real F>
void InverseCorrelation<F>::fold_growth(RegionTimer& timer) {
  const F growth = static_cast<F>(growth_);
  layout_->for_each_block([&](RowBlock block) {
    for (Index i = block.local; i < block.local + std::min(block.rows, used_ - block.first); ++i)
      for (Index j = 0; j < used_; ++j) P_(i, j) *= growth;
  });
  growth_ = 1.0;
  double largest = 0.0;
  for (Index i = 0; i < std::min(layout_->local_rows(), used_ - layout_->first_row()); ++i)
    largest = std::max(largest, static_cast<double>(P_(i, layout_->first_row() + i)));
  const ExchangeScope scope(timer, layout_->comm());
  largest = layout_->comm().max(largest);
  if (!std::isfinite(largest))
    throw RunError(
        "the inverse correlation matrix has grown beyond all numbers, because rates left some direction for long: use "
        "a learning.forgetting closer to 1");
  set_bound(std::max(1.0 / alpha_, static_cast<double>(used_) * largest));
}

template <Real F>
void InverseCorrelation<F>::set_bound(double largest) {
  largest_ = largest;
  panel_scale_ = FixedPoint(std::sqrt(longest_ * largest_));
  quadratic_scale_ = FixedPoint(longest_ * largest_);
}

/// Saves or loads c and the bound on P0. They need no place in a file if nothing is forgotten.
template <Real F>
void InverseCorrelation<F>::persist_growth(Archive& archive) {
  if (forgetting_ == 1.0) return;
  archive.attribute<double>(format::learning::group, format::learning::growth, growth_);
  archive.attribute<double>(format::learning::group, format::learning::largest_eigenvalue, largest_);
  if (archive.loading()) set_bound(largest_);
}

/// Applies the panel to a block of rows. P and S S^T are symmetric to the last bit. Of the square whose rows and
/// columns this rank has, an element above or below the diagonal is therefore computed once and copied across it. A
/// block computes its own columns and those of the half of the blocks that follow it, where the first block follows the
/// last. All blocks then have the same to do, and so have all threads.
template <Real F>
void InverseCorrelation<F>::flush(RowBlock block) {
  const Index size = layout_->partition().block_size(), first = layout_->first_row();
  const Index blocks = std::clamp<Index>((used_ - first) / size, 0, layout_->local_rows() / size);
  const Index k = block.local / size;
  if (k >= blocks) return flush(block, 0, used_);
  const Index end = first + blocks * size;
  // Two blocks that lie half of the square apart follow each other, and the first of them computes.
  const Index followers = (blocks - 1) / 2 + (blocks % 2 == 0 && k < blocks / 2 ? 1 : 0);
  const Index last = block.first + (1 + followers) * size;
  flush(block, 0, first);
  flush_both_ways(block, block.first, std::min(last, end));
  flush_both_ways(block, first, last - (end - first));
  flush(block, end, used_ - end);
}

/// Applies the panel to the columns from `begin` to `end` of a block of rows, and copies them across the diagonal while
/// they are in a cache.
template <Real F>
void InverseCorrelation<F>::flush_both_ways(RowBlock block, Index begin, Index end) {
  for (Index j = begin; j < end; j += flushed_columns) {
    const Index count = std::min(flushed_columns, end - j);
    flush(block, j, count);
    const Index copied = j == block.first ? j + block.rows : j;
    kernels::transpose<F>(P_.from(block.local, copied), block.rows, j + count - copied,
                          P_.from(copied - layout_->first_row(), block.first));
  }
}

template <Real F>
void InverseCorrelation<F>::flush(RowBlock block, Index column, Index columns) {
  kernels::subtract_product<F>(P_.from(block.local, column), block.rows, columns, S_.mine_from(0, block.local),
                               pending_, panel_rows().from(0, column));
}

template <Real F>
Index InverseCorrelation<F>::Shape::bytes() const {
  const Index rows = features.largest_row_count();
  const Index by_rows = rows * (row_stride<F>(features.rows()) + 2 * padded_vectors<F>(vectors));
  return (by_rows + room_for_some<F>(features.rows(), vectors)) * static_cast<Index>(sizeof(F)) +
         typename GatheredVectors<F>::Shape{features, 1, capacity(), Gathering::columns}.bytes() +
         typename SymmetricProduct<F>::Shape{features}.bytes();
}

template <Real F>
void InverseCorrelation<F>::Shape::account_of_product(Index selected, double rows, double used, double rank_share,
                                                      StepAccount& account) const {
  const bool symmetric = used == static_cast<double>(features.rows());
  const double read = symmetric ? SymmetricProduct<F>::share_read(features.rows(), selected, rank_share) : 1.0;
  account.sweep({.rows = rows,
                 .cols = used,
                 .element_bytes = read * sizeof(F),
                 .vectors = static_cast<double>(selected),
                 .precision = precision_of<F>});
}

template <Real F>
void InverseCorrelation<F>::Shape::account_of_flush(double rows, double used, double columns, double times,
                                                    StepAccount& account) const {
  account.sweep({.region = TimerRegion::updates,
                 .rows = rows,
                 .cols = used,
                 .element_bytes = sizeof(F),
                 .columns = columns,
                 .times = times,
                 .precision = precision_of<F>});
}

template <Real F>
double InverseCorrelation<F>::Shape::bytes_summed(double pending, double selected) const {
  return sizeof(std::int64_t) * (pending * static_cast<double>(vectors) + 0.5 * selected * (selected + 1.0));
}

template <Real F>
void InverseCorrelation<F>::persist(Archive& archive) {
  archive.rows<F>(format::learning::P, layout_->partition(), P_.from(0));
  persist_growth(archive);
  persist_panel(archive);
}

template <Real F>
void InverseCorrelation<F>::persist_panel(Archive& archive) {
  find_pending(archive);
  if (pending_ > 0)
    archive.rows<F>(format::learning::pending_right, layout_->partition(), S_.mine_from(0, 0).first(pending_));
}

template <Real F>
void InverseCorrelation<F>::persist_whole(Archive& archive, Index features) {
  archive.replicated<F>(format::learning::P, P_.from(0).first(features), features);
  persist_growth(archive);
  persist_whole_panel(archive, features);
}

template <Real F>
void InverseCorrelation<F>::persist_whole_panel(Archive& archive, Index features) {
  find_pending(archive);
  if (pending_ > 0)
    archive.replicated<F>(format::learning::pending_right, S_.mine_from(0, 0).first(pending_), features);
}

/// Finds how many columns of the panel are in the file that is being loaded.
template <Real F>
void InverseCorrelation<F>::find_pending(Archive& archive) {
  if (archive.saving()) return;
  const std::vector<Index> shape = archive.shape(format::learning::pending_right);
  require(shape.empty() || shape.size() == 2, "{} has {} dimension(s), expected 2", format::learning::pending_right,
          shape.size());
  pending_ = shape.empty() ? 0 : shape[1];
  require(pending_ <= capacity_,
          "the file holds {} pending columns and learning.panel = {} has room for {} (give a longer panel, or the "
          "network.h5 of that run)",
          pending_, panel_, capacity_);
}

template class InverseCorrelation<float>;
template class InverseCorrelation<double>;

}  // namespace fullforce
