#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "fullforce/linalg/vectors.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

template <Real T>
class RowExchange;

/// How products read GatheredVectors.
enum class Gathering {
  vectors,  ///< every rank reads all rows, in the order that suits the number of vectors
  columns,  ///< every rank reads each vector as one contiguous column, as products with many of them want it
  local     ///< a rank reads its own rows alone, and nothing is gathered
};

/// Groups of vectors over all neurons, which products read. A group holds, for example, the rates of one network, and
/// the next group those of the other network. Each rank fills in its own rows, and one gather brings the rows of all
/// ranks. If the ranks of a node share memory (see NodeTeam), they hold two copies of the gathered rows together, and
/// otherwise each of them has one.
template <Real T>
class GatheredVectors {
 public:
  struct Shape {
    RowPartition partition;
    Index groups = 1;
    Index vectors = 1;
    Gathering gathering = Gathering::vectors;
    /// The share of the rows that read_only() marks on at least one of the ranks that share memory.
    double share_read = 1.0;

    /// Returns the bytes of memory on the rank with the most rows. If ranks of a node share memory, this includes an
    /// equal share of it.
    Index bytes() const;
    /// Returns the bytes of the rows that a gather brings to ranks that share memory, their own rows included.
    double bytes_gathered() const;

   private:
    bool picks() const;
  };

  GatheredVectors(const Layout& layout, Index groups, Index vectors, Gathering gathering = Gathering::vectors);
  GatheredVectors(GatheredVectors&&) noexcept;
  ~GatheredVectors();

  /// Returns row `local` of this rank in a group. It holds `vectors` scalars side by side, padded with zeros up to
  /// stride(). The owner must keep these zeros.
  T* mine(Index group, Index local) { return own_[as_size(group)] + local * stride_; }
  const T* mine(Index group, Index local) const { return own_[as_size(group)] + local * stride_; }
  /// Returns the same rows from `local` on, as [local rows, vectors].
  MatrixView<T> mine_from(Index group, Index local) { return {mine(group, local), vectors_, stride_}; }
  MatrixView<const T> mine_from(Index group, Index local) const { return {mine(group, local), vectors_, stride_}; }
  /// Returns the number of scalars from one row of a group to the next.
  Index stride() const { return stride_; }

  /// Allocates what the ranks of a node share. The constructor cannot, because it runs where a rank may fail alone. If
  /// nobody calls this function, the first exchange does. **Collective.**
  void prepare();

  /// Whether rows of some rank reach this one by messages, and not through memory alone.
  bool needs_messages() const;

  /// From now on this rank reads, of the rows of other ranks, only those that are marked with 1 in `reads` [N]. If all
  /// ranks together read at most half of what a gather brings, only these rows travel between ranks, or between nodes
  /// whose ranks share memory; the others are NaN. A gather then needs one message more, by which the ranks agree on
  /// all_finite(). **Collective.**
  void read_only(std::span<const std::uint8_t> reads);

  /// Brings the rows of all ranks to every rank. This moves groups * rows * vectors scalars. If only the first `count`
  /// vectors are wanted, the others are not put into the order of products. **Collective.**
  void gather() { gather(vectors_); }
  void gather(Index count);

  /// These two functions do the same in two parts. The work in between must neither need the rows of other ranks nor
  /// change those of this rank. finish_gather() does nothing if no gather is under way. **Collective.**
  void start_gather();
  void finish_gather();

  /// Returns a group as the last gather left it, in the order that suits the vectors. It may be read until this rank
  /// begins the next gather or conversion. If the group is written in place, it is returned as it is now. The function
  /// must not be called before the first gather, nor if nothing is gathered.
  VectorsView<const T> group(Index g) const { return groups_[as_size(g)]; }

  /// After a gather, returns row j of a group. Its vectors lie side by side, and rows lie stride() scalars apart.
  const T* row(Index group, Index j) const { return rows_[as_size(group)] + j * stride_; }
  /// After a gather, returns all rows of a group: [N, vectors].
  MatrixView<const T> rows_of(Index group) const { return {row(group, 0), vectors_, stride_}; }

  /// Takes over the gathered values of a group of `other`, which has as many vectors in another precision, as its only
  /// group. Nothing is sent. Each rank converts all rows, or a share of them where ranks share memory. **Collective.**
  template <Real U>
  void convert(const GatheredVectors<U>& other, Index group);

  /// Returns whether all values are finite.
  bool all_finite() const;

 private:
  void read_place();

  const Layout* layout_;
  Index vectors_;
  Index groups_count_;
  Index group_width_;
  Index stride_;
  Gathering gathering_;
  AlignedArray<T> in_place_;                  ///< the groups, if they are read where they are written
  std::unique_ptr<RowExchange<T>> exchange_;  ///< null if nothing is sent
  bool ready_ = false;                        ///< whether there was an exchange
  bool moving_ = false;                       ///< whether one is under way
  std::vector<T*> own_;                       ///< this rank's first row in each group
  std::vector<const T*> rows_;                ///< the first row of all in each group
  std::vector<VectorsView<const T>> groups_;
};

}  // namespace fullforce
