#pragma once
#include <algorithm>

#include "fullforce/parallel/row_partition.hpp"

namespace fullforce {

/// Cuts the neurons into groups of M neighbours: group g is the neurons [g M, (g + 1) M), and the last group may be
/// shorter. It is a pure value. Groups do not follow the blocks of the ranks, so a group may belong to several ranks.
/// Each of these ranks computes by itself what the group has in common.
class NeuronGroups {
 public:
  NeuronGroups(const RowPartition& neurons, Rank me, Index size)
      : size_(std::min(size, neurons.rows())),
        neurons_(neurons.rows()),
        first_row_(neurons.first_row(me)),
        end_row_(first_row_ + neurons.row_count(me)) {}

  Index size() const { return size_; }                                   ///< M
  Index total() const { return groups_before(neurons_); }                ///< the number of groups of all ranks
  Index first() const { return count() == 0 ? 0 : first_row_ / size_; }  ///< this rank's first group
  Index count() const {                                                  ///< the groups with neurons of this rank
    return end_row_ == first_row_ ? 0 : groups_before(end_row_) - first_row_ / size_;
  }

  /// The number of this rank's groups that are among the first `groups` ones of all ranks.
  Index count_among(Index groups) const { return std::clamp<Index>(groups - first(), 0, count()); }

  /// The neurons of this rank in its k-th group.
  RowBlock rows(Index k) const {
    const Index begin = std::max(first_row_, (first() + k) * size_);
    return {begin, begin - first_row_, std::min(end_row_, (first() + k + 1) * size_) - begin};
  }

  /// A group is saved by the rank that has its first neuron. These are this rank's first group that it saves, counted
  /// from its own first, and the number of them.
  Index first_saved() const { return count() > 0 && first_row_ % size_ != 0 ? 1 : 0; }
  Index saved() const { return count() - first_saved(); }

  /// The largest number of groups that a rank has among the first `groups` ones of all ranks.
  static Index most_groups(const RowPartition& neurons, Index size, Index groups) {
    Index most = 0;
    for (int r = 0; r < neurons.ranks(); ++r)
      most = std::max(most, NeuronGroups(neurons, Rank{r}, size).count_among(groups));
    return most;
  }

 private:
  Index groups_before(Index row) const { return (row + size_ - 1) / size_; }

  Index size_;
  Index neurons_;
  Index first_row_;
  Index end_row_;
};

}  // namespace fullforce
