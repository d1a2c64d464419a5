#pragma once
#include <vector>

#include "fullforce/linalg/vectors.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// Groups of vectors over all neurons (rates of one network, then of the other): each rank fills in its own rows, and
/// one gather brings those of all ranks. What products read.
template <Real T>
class GatheredVectors {
 public:
  struct Shape {
    RowPartition partition;
    Index groups = 1;
    Index vectors = 1;
    /// Each rank keeps its own rows alone and there is nothing to gather: for products that need no other.
    bool local_only = false;

    /// On the rank with the most rows.
    Index bytes() const;
    /// What a gather of all ranks moves.
    double bytes_gathered() const;
  };

  GatheredVectors(const Layout& layout, Index groups, Index vectors, bool local_only = false);

  /// Row `local` of this rank in a group: `vectors` scalars side by side, padded to stride() with zeros that the owner
  /// must keep.
  T* mine(Index group, Index local) { return start(group) + (first_row_ + local) * stride_; }
  const T* mine(Index group, Index local) const { return row(group, first_row_ + local); }
  /// The same rows from `local` on, [local rows, vectors].
  MatrixView<T> mine_from(Index group, Index local) { return {mine(group, local), vectors_, stride_}; }
  MatrixView<const T> mine_from(Index group, Index local) const { return {mine(group, local), vectors_, stride_}; }
  /// From one row of a group to the next.
  Index stride() const { return stride_; }

  /// groups * rows * vectors scalars move. **Collective.**
  void gather();

  /// The same in two parts, for work in between that needs neither the rows of other ranks nor a change of this one's;
  /// finish_gather() does nothing if nothing moves. **Collective.**
  void start_gather();
  void finish_gather();

  /// A group as it was gathered last (in place: as it is), in the order that suits the number of vectors; not if they
  /// are kept local_only.
  VectorsView<const T> group(Index g) const {
    if (groups_.empty()) return {rows_.data(), stride_, VectorOrder::side_by_side};
    return groups_[as_size(g)].view();
  }

  /// Row j of a group, after a gather of all ranks: its vectors side by side, stride() from row to row.
  const T* row(Index group, Index j) const { return start(group) + j * stride_; }
  /// All rows of a group, after a gather of all ranks: [N, vectors].
  MatrixView<const T> rows_of(Index group) const { return {start(group), vectors_, stride_}; }

  /// Whether all of it is finite.
  bool all_finite() const;

 private:
  T* start(Index group) const { return starts_[as_size(group)]; }
  bool is_finite(std::span<const T> values) const;
  void unpack();
  void unpack(Index first, Index count);

  const Layout* layout_;
  Index vectors_;
  Index group_width_;
  Index first_row_;
  bool local_only_;
  bool in_place_;  ///< nothing travels, and the groups are written as they are read
  Index stride_;
  AlignedArray<T> rows_;  ///< [N, groups, padded vectors]: what travels; none in place
  /// The groups on their own, where rows_ does not hold them so already: a product reads one of them, and wants nothing
  /// else in its cache lines.
  std::vector<Vectors<T>> groups_;
  std::vector<T*> starts_;  ///< of the groups' first rows, where they are written
  RowGather gather_;
  bool moving_ = false;
};

}  // namespace fullforce
