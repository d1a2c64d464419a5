#pragma once
#include <memory>
#include <vector>

#include "fullforce/linalg/vectors.hpp"
#include "fullforce/parallel/layout.hpp"
#include "fullforce/parallel/row_pick.hpp"

namespace fullforce {

/// How the rows of GatheredVectors reach all ranks. Each rank writes its own rows, and the exchange brings the rows of
/// all, side by side and, where products want them so, group by group.
template <Real T>
class RowExchange {
 public:
  struct Shape {
    Index groups = 1;
    Index group_width = 1;  ///< scalars of a row that belong to a group, padding included
    VectorsShape<T> group;  ///< how a group of its own lies in memory
    bool separates = true;  ///< whether groups are also kept as arrays of their own

    Index width() const { return groups * group_width; }
    Index values_of_rows() const { return group.length * width(); }
    Index values_of_groups() const { return separates ? groups * group.size() : 0; }
  };

  /// Where the rows of all ranks are after an exchange: all of them, [N, width], and the groups of their own.
  struct Place {
    T* rows = nullptr;
    std::vector<VectorsView<T>> groups;
  };

  virtual ~RowExchange() = default;

  /// The first row of this rank, to which it writes.
  virtual T* mine() = 0;

  /// Gets ready for the first exchange. Returns false if that is not possible on some rank. **Collective.**
  virtual bool prepare() { return true; }

  /// From now on this rank reads, of the rows of other ranks, only those marked with 1 in `reads` [N], where its own
  /// are marked too. If that is much less, no others travel between ranks, or between nodes. They are then NaN. It
  /// follows prepare(). **Collective.**
  virtual void read_only(std::span<const std::uint8_t> reads) = 0;

  /// Exchanges the rows in two parts. In the groups of their own, only the first `columns` vectors are wanted. In
  /// between, no rank may change its rows. **Collective.**
  virtual void start(Index columns) = 0;
  virtual void finish() = 0;

  /// Does both at once. **Collective.**
  virtual void exchange(Index columns) {
    start(columns);
    finish();
  }

  /// These two functions let each rank compute rows that others computed before, instead of sending them. The first
  /// returns the rows that this rank has to write to place(), whose other rows other ranks of the node write. The
  /// second ends that. **Collective.**
  struct Rows {
    Index first = 0;
    Index count = 0;
  };
  virtual Rows begin_filling() = 0;
  virtual void end_filling() = 0;

  /// Where the last exchange left the rows. They may be read until this rank begins the next exchange.
  virtual const Place& place() const = 0;

  /// Whether all numbers of all ranks were finite at the last exchange.
  virtual bool all_finite() const = 0;

 protected:
  RowExchange(const Layout& layout, const Shape& shape) : layout_(&layout), shape_(shape) {}

  /// The place whose rows, and groups of their own one after the other, lie in this memory.
  Place place_in(T* rows, T* groups) const;

  /// Copies `count` rows from row `first` on into the groups of their own.
  void separate(const Place& place, Index first, Index count, Index columns) const;
  bool is_finite(const T* values, Index count) const;

  /// Calls work(first, count) for each run of rows marked in `reads`, from row `first` on.
  template <class Work>
  static void for_each_run(std::span<const std::uint8_t> reads, Index first, Index count, const Work& work) {
    const Index end = first + count;
    for (Index row = first; row < end;) {
      const bool wanted = reads[as_size(row)] != 0;
      Index next = row + 1;
      while (next < end && (reads[as_size(next)] != 0) == wanted) ++next;
      if (wanted) work(row, next - row);
      row = next;
    }
  }
  /// Sets the rows that are not marked in `reads` to NaN, so that nobody takes them for rates.
  void hide_others(const Place& place, std::span<const std::uint8_t> reads) const;

  const Layout* layout_;
  Shape shape_;
};

/// An exchange by messages, after which each rank has a copy of all rows.
template <Real T>
std::unique_ptr<RowExchange<T>> make_message_exchange(const Layout& layout,
                                                      const typename RowExchange<T>::Shape& shape);

/// An exchange through memory that the ranks of a node share. The layout's communicator has a team.
template <Real T>
std::unique_ptr<RowExchange<T>> make_shared_exchange(const Layout& layout, const typename RowExchange<T>::Shape& shape);

}  // namespace fullforce
