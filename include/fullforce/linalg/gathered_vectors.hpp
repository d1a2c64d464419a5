#pragma once
#include <algorithm>
#include <vector>

#include "fullforce/linalg/vectors.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// Groups of vectors over all neurons, which products read. A group holds, for example, the rates of one network, and
/// the next group those of the other network. Each rank fills in its own rows, and one gather brings the rows of all
/// ranks.
template <Real T>
class GatheredVectors {
 public:
  struct Shape {
    RowPartition partition;
    Index groups = 1;
    Index vectors = 1;
    /// If true, each rank keeps only its own rows and nothing is gathered. This serves products that need no other
    /// rows.
    bool local_only = false;

    /// Returns the bytes of memory on the rank with the most rows.
    Index bytes() const;
    /// Returns the bytes that a gather moves over all ranks.
    double bytes_gathered() const;
  };

  GatheredVectors(const Layout& layout, Index groups, Index vectors, bool local_only = false);

  /// Returns row `local` of this rank in a group. It holds `vectors` scalars side by side, padded with zeros up to
  /// stride(). The owner must keep these zeros.
  T* mine(Index group, Index local) { return start(group) + (first_row_ + local) * stride_; }
  const T* mine(Index group, Index local) const { return row(group, first_row_ + local); }
  /// Returns the same rows from `local` on, as [local rows, vectors].
  MatrixView<T> mine_from(Index group, Index local) { return {mine(group, local), vectors_, stride_}; }
  MatrixView<const T> mine_from(Index group, Index local) const { return {mine(group, local), vectors_, stride_}; }
  /// Returns the number of scalars from one row of a group to the next.
  Index stride() const { return stride_; }

  /// Brings the rows of all ranks to every rank. This moves groups * rows * vectors scalars. **Collective.**
  void gather();

  /// These two functions do the same in two parts. The work in between must neither need the rows of other ranks nor
  /// change those of this rank. finish_gather() does nothing if no gather is under way. **Collective.**
  void start_gather();
  void finish_gather();

  /// Returns a group as the last gather left it, in the order that suits the number of vectors. If the group is written
  /// in place, it is returned as it is now. The function must not be called if the vectors are local_only.
  VectorsView<const T> group(Index g) const {
    if (groups_.empty()) return {rows_.data(), stride_, VectorOrder::side_by_side};
    return groups_[as_size(g)].view();
  }

  /// After a gather, returns row j of a group. Its vectors lie side by side, and rows lie stride() scalars apart.
  const T* row(Index group, Index j) const { return start(group) + j * stride_; }
  /// After a gather, returns all rows of a group: [N, vectors].
  MatrixView<const T> rows_of(Index group) const { return {start(group), vectors_, stride_}; }

  /// Takes over the gathered values of a group of `other`, which has as many vectors in another precision. Nothing is
  /// sent.
  template <Real U>
  void convert(const GatheredVectors<U>& other, Index group) {
    const VectorsView<const U> from = other.group(group);
    const Index run = layout_->partition().block_size(), rows = layout_->rows();
    for_each_in_parallel(layout_->partition().blocks(), [&](Index block) {
      for (Index j = block * run; j < std::min((block + 1) * run, rows); ++j)
        for (Index b = 0; b < vectors_; ++b) set(group, j, b, static_cast<T>(from(b, j)));
    });
  }

  /// Returns whether all values are finite.
  bool all_finite() const;

 private:
  T* start(Index group) const { return starts_[as_size(group)]; }
  void set(Index group, Index j, Index b, T value) {
    start(group)[j * stride_ + b] = value;
    if (!in_place_ && !groups_.empty()) groups_[as_size(group)].view()(b, j) = value;
  }
  bool is_finite(std::span<const T> values) const;
  void unpack();
  void unpack(Index first, Index count);

  const Layout* layout_;
  Index vectors_;
  Index group_width_;
  Index first_row_;
  bool local_only_;
  bool in_place_;  ///< nothing is sent, and the groups are written where they are read
  Index stride_;
  AlignedArray<T> rows_;  ///< [N, groups, padded vectors]: what a gather sends; it is empty if in_place_
  /// The groups as separate arrays, unless rows_ already holds them so. A product reads one group and wants nothing
  /// else in its cache lines.
  std::vector<Vectors<T>> groups_;
  std::vector<T*> starts_;  ///< where the first row of each group is written
  RowGather gather_;
  bool moving_ = false;
};

}  // namespace fullforce
