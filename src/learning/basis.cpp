#include "fullforce/learning/basis.hpp"

#include <algorithm>
#include <cmath>

#include "fullforce/base/check.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/linalg/matrix_operations.hpp"
#include "fullforce/parallel/exchange_scope.hpp"

namespace fullforce {
namespace {

/// Candidates that are found in one round must not be much nearer to each other than this ratio of squared lengths. The
/// others wait for the next round.
constexpr double least_ratio = 1e-6;

/// Vectors that are orthonormal but for rounding have squared lengths near 1. If less than this remains of one,
/// rounding was all that there was of it.
constexpr double degenerate = 0.25;

/// outside() is a difference of squared lengths, each of which is rounded. If a part as small as this decides about a
/// vector, the part of the vector outside of the basis is itself computed.
template <Real T>
constexpr double doubt = sizeof(T) == sizeof(float) ? 1e-6 : 1e-14;

/// The most by which a difference of squared lengths may be wrong. This includes the error from U, which is not quite
/// orthonormal.
template <Real T>
constexpr double largest_doubt = sizeof(T) == sizeof(float) ? 1e-3 : 1e-6;

/// Sums of integers cannot tell squared lengths apart that differ by fewer than so many units.
constexpr double least_units = 256.0;

/// Columns of U begin on aligned addresses if their index is a multiple of this.
constexpr Index aligned_columns = 16;

}  // namespace

template <Real T>
Basis<T>::Basis(const Layout& layout, Index max_rank, double tolerance, Index vectors)
    : layout_(&layout),
      self_(Communicator::self()),
      features_(self_, std::min(max_rank, layout.rows())),
      tolerance_(tolerance),
      vectors_(vectors),
      U_(layout.local_rows(), features_.rows()),
      coordinates_(features_, 1, vectors),
      squared_lengths_(as_size(vectors)),
      outside_(as_size(vectors)),
      sums_({(features_.rows() + 1 + vectors) * padded_vectors<T>(vectors), layout.threads()}),
      residual_(layout, vectors),
      directions_(layout, vectors),
      inside_(features_.rows(), vectors),
      gram_(as_size(vectors * vectors)),
      factor_(vectors * padded<double>(vectors)),
      remaining_(as_size(vectors)) {
  candidates_.reserve(as_size(vectors));
  const Index block = layout.partition().block_size();
  for (int t = 0; t < layout.threads(); ++t) {
    block_sums_.emplace_back(features_.rows(), vectors);
    scratch_.emplace_back(transposed_product_scratch(block, vectors, vectors));
  }
}

template <Real T>
void Basis<T>::project(const MatrixView<const T>& v, double longest, RegionTimer& timer) {
  bound_ = longest;
  {
    const RegionScope scope(timer, TimerRegion::products);
    sums_.begin(sums_of_columns(dimension_) + vectors_, bound_);
    layout_->for_each_block([&](RowBlock block) {
      add_columns(block, 0, v);
      add_squares(block, v);
    });
  }
  reduce(timer);
  for (Index b = 0; b < vectors_; ++b) squared_lengths_[as_size(b)] = sums_[sums_of_columns(dimension_) + b] * bound_;
  update_coordinates(0);
}

/// Computes the coordinates along the columns that were added after the vectors were projected.
template <Real T>
void Basis<T>::project_new(Index first, const MatrixView<const T>& v, RegionTimer& timer) {
  first = first / aligned_columns * aligned_columns;
  {
    const RegionScope scope(timer, TimerRegion::updates);
    sums_.begin(sums_of_columns(dimension_ - first), bound_);
    layout_->for_each_block([&](RowBlock block) { add_columns(block, first, v); });
  }
  reduce(timer);
  update_coordinates(first);
}

/// Adds a block's part of U^T v, for the columns from `first` on.
template <Real T>
void Basis<T>::add_columns(RowBlock block, Index first, const MatrixView<const T>& v) {
  if (first == dimension_) return;
  const VectorsView<T> sums = block_sums_[as_size(thread_index())].view();
  const bool by_vector = sums.order == VectorOrder::by_vector;
  const Index columns = dimension_ - first;
  // The sums consist of contiguous runs. Each vector is a run by itself, or all of them are one run.
  const Index runs = by_vector ? vectors_ : 1;
  const Index run = by_vector ? columns : columns * sums.stride;
  for (Index k = 0; k < runs; ++k)
    std::fill_n(sums.data + k * sums.stride, by_vector ? row_stride<T>(columns) : run, T(0));
  kernels::accumulate_transposed<T>(U_.from(block.local, first), block.rows, columns, v.from(block.local), vectors_,
                                    sums);
  for (Index k = 0; k < runs; ++k) sums_.add<T>(k * run, {sums.data + k * sums.stride, as_size(run)});
}

/// Returns where add_columns() put the sum of vector b over column k. It summed over `columns` columns.
template <Real T>
Index Basis<T>::place(Index k, Index b, Index columns) const {
  return vector_order<T>(vectors_) == VectorOrder::by_vector ? b * columns + k : k * padded_vectors<T>(vectors_) + b;
}

/// Adds a block's part of |v|^2 for each vector v. The squares are divided by bound_, so that one bound holds for all
/// sums.
template <Real T>
void Basis<T>::add_squares(RowBlock block, const MatrixView<const T>& v) {
  double* const squares = scratch_[as_size(thread_index())].data();
  std::fill_n(squares, vectors_, 0.0);
  for (Index i = block.local; i < block.local + block.rows; ++i)
    for (Index b = 0; b < vectors_; ++b) {
      const double value = static_cast<double>(v.data[i * v.stride + b]);
      squares[b] += value * value;
    }
  for (Index b = 0; b < vectors_; ++b) squares[b] /= bound_;
  sums_.add<double>(sums_of_columns(dimension_), {squares, as_size(vectors_)});
}

template <Real T>
void Basis<T>::reduce(RegionTimer& timer) {
  const ExchangeScope scope(timer, layout_->comm());
  sums_.reduce(layout_->comm());
}

template <Real T>
void Basis<T>::update_coordinates(Index first) {
  for (Index k = first; k < dimension_; ++k)
    for (Index b = 0; b < vectors_; ++b) coordinates_.mine(0, k)[b] = sums_[place(k - first, b, dimension_ - first)];
  coordinates_.gather();
  for (Index b = 0; b < vectors_; ++b) {
    double inside = 0.0;
    for (Index k = 0; k < dimension_; ++k) inside += coordinates_.mine(0, k)[b] * coordinates_.mine(0, k)[b];
    outside_[as_size(b)] = std::max(0.0, squared_lengths_[as_size(b)] - inside);
  }
}

template <Real T>
void Basis<T>::grow(const MatrixView<const T>& v, std::span<const Index> chosen, RegionTimer& timer) {
  candidates_.clear();
  double energy = 0.0;
  for (const Index b : chosen) energy += squared_lengths_[as_size(b)];
  least_ = tolerance_ * energy / static_cast<double>(std::max<std::size_t>(1, chosen.size()));
  for (const Index b : chosen)
    if (outside(b) + doubt<T> * squared_lengths_[as_size(b)] > least_) candidates_.push_back(b);
  const Index before = dimension_;
  while (!candidates_.empty() && !full() && append_directions(v, timer) > 0) continue;
  if (dimension_ > before) project_new(before, v, timer);
  energy_ += energy;
  for (const Index b : chosen) left_out_ += outside(b);
}

/// Appends orthonormal directions that span what the candidates have outside of the basis. Only those candidates remain
/// that need another round. The candidates are orthogonalised twice against the basis, because twice is enough (Giraud,
/// Langou and Rozloznik, Numer. Math. 101, 2005). They are orthogonalised twice against each other, too, through their
/// Gram matrix.
template <Real T>
Index Basis<T>::append_directions(const MatrixView<const T>& v, RegionTimer& timer) {
  take_candidates(v);
  orthogonalise(residual_, timer);
  orthogonalise(residual_, timer);
  const double bound = longest_residual();
  find_gram(residual_, bound, timer);
  double longest = 0.0;
  for (std::size_t j = 0; j < candidates_.size(); ++j) longest = std::max(longest, gram_[j * as_size(vectors_ + 1)]);
  const Index count = static_cast<Index>(candidates_.size());
  const Index found =
      combine(count, std::max({least_, least_ratio * longest, least_units * FixedPoint(bound).resolution()}),
              max_dimension() - dimension_);
  if (found == 0) return 0;
  std::size_t left = 0;
  for (std::size_t j = 0; j < candidates_.size(); ++j)
    if (remaining_[j] > least_) candidates_[left++] = candidates_[j];
  candidates_.resize(left);

  apply_combinations(residual_, directions_);
  orthogonalise(directions_, timer);
  find_gram(directions_, 4.0, timer);  // the directions have unit length, but for rounding
  const Index sound = combine(found, degenerate, found);
  apply_combinations(directions_, residual_);
  for (Index i = 0; i < layout_->local_rows(); ++i) std::copy_n(residual_.row(i), sound, U_.row(i) + dimension_);
  dimension_ += sound;
  return sound;
}

/// Copies the candidates into the first columns of residual_, side by side. The other columns are zero.
template <Real T>
void Basis<T>::take_candidates(const MatrixView<const T>& v) {
  layout_->for_each_block([&](RowBlock block) {
    for (Index i = block.local; i < block.local + block.rows; ++i) {
      T* const to = residual_.row(i);
      std::fill_n(to, residual_.stride(), T(0));
      for (std::size_t j = 0; j < candidates_.size(); ++j) to[j] = v.data[i * v.stride + candidates_[j]];
    }
  });
}

/// Replaces v by v - U (U^T v).
template <Real T>
void Basis<T>::orthogonalise(StreamArray<T>& v, RegionTimer& timer) {
  if (dimension_ == 0) return;
  const RegionScope scope(timer, TimerRegion::updates);
  sums_.begin(sums_of_columns(dimension_), bound_);
  layout_->for_each_block([&](RowBlock block) { add_columns(block, 0, v.from(0)); });
  reduce(timer);
  const VectorsView<T> inside = inside_.view();
  for (Index k = 0; k < dimension_; ++k)
    for (Index b = 0; b < vectors_; ++b) inside(b, k) = static_cast<T>(sums_[place(k, b, dimension_)]);
  subtract_multiple<T>(*layout_, U_, dimension_, inside, vectors_, v.from(0));
}

/// Returns a bound of the squared lengths of what the candidates have outside of the basis.
template <Real T>
double Basis<T>::longest_residual() const {
  double longest = 0.0;
  for (const Index b : candidates_)
    longest = std::max(longest, 2.0 * outside(b) + largest_doubt<T> * squared_lengths_[as_size(b)]);
  return longest;
}

/// Computes gram_ = v^T v of vectors whose squared lengths are at most `bound`.
template <Real T>
void Basis<T>::find_gram(const StreamArray<T>& v, double bound, RegionTimer& timer) {
  const RegionScope scope(timer, TimerRegion::updates);
  const Index count = vectors_ * vectors_;
  sums_.begin(count, bound);
  add_transposed_product<T>(*layout_, v, vectors_, v, vectors_, sums_, scratch_);
  reduce(timer);
  for (Index k = 0; k < count; ++k) gram_[as_size(k)] = sums_[k];
}

/// Finds orthonormal combinations of the first `count` of the vectors whose products are gram_, and writes them into
/// the columns of factor_. It is Gram-Schmidt with the longest remainder first. It ends when there are `most`
/// combinations, or when the squared length of what remains of each vector is at most `least`. Returns the number of
/// combinations. Afterwards remaining_ says what remains of each vector; it is negative for those that were chosen.
template <Real T>
Index Basis<T>::combine(Index count, double least, Index most) {
  const auto gram = [&](Index i, Index j) { return gram_[as_size(i * vectors_ + j)]; };
  const Index stride = padded<double>(vectors_);
  const auto factor = [&](Index i, Index q) -> double& { return factor_[i * stride + q]; };
  const auto product = [&](Index q, Index j) {
    double sum = 0.0;
    for (Index i = 0; i < count; ++i) sum += factor(i, q) * gram(i, j);
    return sum;
  };
  factor_.fill(0.0);
  for (Index j = 0; j < count; ++j) remaining_[as_size(j)] = gram(j, j);
  Index found = 0;
  for (; found < std::min(count, most); ++found) {
    const auto longest = std::max_element(remaining_.begin(), remaining_.begin() + count);
    if (!(*longest > least)) break;
    const Index pivot = longest - remaining_.begin();
    factor(pivot, found) = 1.0;
    for (Index q = 0; q < found; ++q) {
      const double along = product(q, pivot);
      for (Index i = 0; i < count; ++i) factor(i, found) -= along * factor(i, q);
    }
    double square = 0.0;
    for (Index j = 0; j < count; ++j) square += product(found, j) * factor(j, found);
    const double scale = 1.0 / std::sqrt(std::max(square, 0.5 * least));
    for (Index i = 0; i < count; ++i) factor(i, found) *= scale;
    for (Index j = 0; j < count; ++j) remaining_[as_size(j)] -= product(found, j) * product(found, j);
    *longest = -1.0;
  }
  return found;
}

template <Real T>
void Basis<T>::apply_combinations(const StreamArray<T>& v, StreamArray<T>& combined) {
  multiply_small<T>(*layout_, v, vectors_, factor_.data(), combined.from(0));
}

template <Real T>
Index Basis<T>::Shape::bytes() const {
  const Index columns = max_dimension();
  const Index width = padded_vectors<T>(vectors);
  const Index by_rows = neurons.largest_row_count() * (row_stride<T>(columns) + 2 * width);
  const Index of_threads = threads * std::max(columns * width, vectors * row_stride<T>(columns));
  return (by_rows + of_threads) * static_cast<Index>(sizeof(T)) +
         BlockSums::Shape{(columns + 1 + vectors) * width, threads}.bytes();
}

template <Real T>
void Basis<T>::Shape::account(double dimension, const Extent& extent, StepAccount& account) const {
  const double B = static_cast<double>(vectors);
  account.sweep(
      {.rows = extent.rows, .cols = dimension, .element_bytes = sizeof(T), .vectors = B, .precision = precision_of<T>});
  account.sum(sizeof(std::int64_t) * (dimension + 1.0) * B);
}

template <Real T>
void Basis<T>::persist(Archive& archive, const std::string& group) {
  archive.section(group, format::section::basis);
  const std::string dataset = group + "/" + format::basis::matrix;
  if (archive.loading()) {
    const std::vector<Index> shape = archive.shape(dataset);
    require(shape.size() == 2 && shape[1] <= max_dimension(),
            "the file's basis has {} directions, which learning.max_rank = {} has no room for",
            shape.size() == 2 ? shape[1] : 0, max_dimension());
    dimension_ = shape[1];
  }
  archive.rows<T>(dataset, layout_->partition(), U_.from(0).first(dimension_));
  archive.attribute<double>(group, format::basis::energy, energy_);
  archive.attribute<double>(group, format::basis::energy_left_out, left_out_);
}

template class Basis<float>;
template class Basis<double>;

}  // namespace fullforce
