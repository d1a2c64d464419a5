#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/learning/neuron_groups.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// The presynaptic partners of the groups of this rank: the neurons whose rates a group reads, at most K of them, in
/// ascending order. A neuron may be its own partner, since all neurons of a group have the same partners.
class Partners {
 public:
  /// Makes room for at most `in_degree` partners of each group. There are none yet.
  Partners(const Layout& neurons, Index group, Index in_degree);

  /// Draws K partners of each group, all sets of K neurons being equally likely. Those of a group are a function of
  /// (seed, group).
  void draw(std::uint64_t seed);

  /// Reads the partners from a file of the user (PartnersFile). Throws InputError.
  void read(const std::string& path);

  const NeuronGroups& groups() const { return groups_; }
  Index in_degree() const { return in_degree_; }  ///< K
  /// The partners of this rank's k-th group.
  std::span<const std::int32_t> of(Index k) const { return {row(k), as_size(counts_[k])}; }

  /// The memory of the lists of so many groups.
  static Index bytes(Index groups, Index in_degree) {
    return groups * (in_degree + 1) * static_cast<Index>(sizeof(std::int32_t));
  }

  /// Saves or loads /network/partners. Throws RunError where a file names neurons that do not exist. **Collective.**
  void persist(Archive& archive);

 private:
  std::int32_t* row(Index k) { return lists_.data() + k * in_degree_; }
  const std::int32_t* row(Index k) const { return lists_.data() + k * in_degree_; }
  void count(Index k);
  void expect_neurons() const;

  const Layout* neurons_;
  NeuronGroups groups_;
  Index in_degree_;
  AlignedArray<std::int32_t> lists_;   ///< [groups of this rank, K]; -1 follows the partners
  AlignedArray<std::int32_t> counts_;  ///< the number of partners of each group
};

}  // namespace fullforce
