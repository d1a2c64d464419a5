#include <algorithm>
#include <memory>
#include <optional>

#include "fullforce/parallel/node_team.hpp"
#include "row_exchange.hpp"

namespace fullforce {
namespace {

/// The ranks of a node have the rows of all ranks together. Each rank copies its own rows there, and all of them read
/// there. Between nodes, the leaders gather.
///
/// There are two copies, which exchanges fill in turn. A rank that begins to fill a copy knows from the exchange before
/// that all others have read the other copy, so they no longer read this one.
template <Real T>
class SharedExchange : public RowExchange<T> {
 public:
  using typename RowExchange<T>::Shape;
  using typename RowExchange<T>::Place;
  using typename RowExchange<T>::Rows;

  SharedExchange(const Layout& layout, const Shape& shape)
      : RowExchange<T>(layout, shape), team_(layout.comm().team()), own_(layout.local_rows() * shape.width()) {
    own_.fill(T(0));
    // Leaders alone gather. What they could not gather is refused by all ranks alike.
    if (team_->nodes() > 1) RowGather(layout.comm(), layout.partition(), shape.width());
  }

  T* mine() override { return own_.data(); }

  /// The memory is not allocated in the constructor, because a rank that lacks memory may fail there alone.
  bool prepare() override {
    const Index flags = NodeFlags::bytes(team_->node().size());
    const Index copies = team_->node().size() == 1 ? 1 : 2;  // a rank alone on its node waits for no reader
    const Index bytes = flags + copies * values_of_copy() * static_cast<Index>(sizeof(T));
    memory_ = SharedMemory(team_->node(), bytes, SharedMemory::Writers::all);
    std::int64_t failed = memory_.is_there() ? 0 : 1;
    team_->sum(std::span(&failed, 1));
    if (failed > 0) return false;
    flags_ = NodeFlags(team_->node(), memory_.data());
    T* const first = reinterpret_cast<T*>(memory_.data() + flags);
    for (Index k = 0; k < 2; ++k) {
      T* const rows = first + k % copies * values_of_copy();
      places_[k] = this->place_in(rows, rows + padded<T>(this->shape_.values_of_rows()));
    }
    if (team_->nodes() > 1 && team_->is_leader())
      between_nodes_.emplace(*team_, this->layout_->partition(), this->shape_.width());
    return true;
  }

  void read_only(std::span<const std::uint8_t> reads) override {
    if (team_->nodes() == 1) return;
    reads_ = read_by_node(reads);
    if (team_->is_leader()) {
      std::vector<Index> first_rows;
      for (const int rank : team_->first_ranks())
        first_rows.push_back(this->layout_->partition().first_row(Rank{rank}));
      pick_ = RowPick<T>::if_it_pays(team_->leaders(), first_rows, reads_, this->shape_.width());
    }
    picks_ = team_->node().max(std::int64_t{pick_ ? 1 : 0}) != 0;
    if (!picks_) return;
    if (team_->is_leader())
      for (const Place& place : places_) this->hide_others(place, reads_);
    flags_.meet();
  }

  /// A leader waits for its node here, so that the rows can travel between nodes until finish().
  void start(Index columns) override {
    write(columns);
    if (!between_nodes_) return;
    finite_ = flags_.wait();
    if (pick_)
      pick_->start(all_rows().data());
    else
      between_nodes_->start(all_rows());
  }
  void finish() override {
    if (!between_nodes_)
      finite_ = flags_.wait();
    else if (pick_)
      finish_pick();
    else
      between_nodes_->finish();
    if (team_->nodes() > 1) share_rows_of_other_nodes();
  }

  void exchange(Index columns) override {
    write(columns);
    finite_ = flags_.wait();
    if (team_->nodes() == 1) return;
    if (pick_) {
      pick_->start(all_rows().data());
      finish_pick();
    } else if (between_nodes_) {
      (*between_nodes_)(all_rows());
    }
    share_rows_of_other_nodes();
  }

  Rows begin_filling() override {
    present_ = 1 - present_;
    return share_of(this->layout_->rows());
  }
  void end_filling() override {
    const auto [first, count] = share_of(this->layout_->rows());
    this->separate(places_[present_], first, count, this->shape_.group.count);
    flags_.meet();
  }

  const Place& place() const override { return places_[present_]; }
  bool all_finite() const override { return finite_; }

 private:
  /// Writes this rank's rows to where all ranks of the node read them.
  void write(Index columns) {
    columns_ = columns;
    present_ = 1 - present_;
    std::copy_n(own_.data(), own_.size(), places_[present_].rows + this->layout_->first_row() * this->shape_.width());
    this->separate(places_[present_], this->layout_->first_row(), this->layout_->local_rows(), columns);
    flags_.arrive(this->is_finite(own_.data(), own_.size()));
    this->layout_->comm().count_call();
  }

  /// No node has the rows of all others, so the leaders tell each other whether those of their nodes are finite.
  void finish_pick() {
    pick_->finish(all_rows().data());
    finite_ = team_->leaders().min(std::int64_t{finite_}) == 1;
  }

  /// The rows that some rank of this node reads, those of the node included.
  std::vector<std::uint8_t> read_by_node(std::span<const std::uint8_t> reads) const {
    constexpr std::size_t at_once = 1 << 14;
    std::vector<std::uint8_t> all(reads.begin(), reads.end());
    std::vector<std::int64_t> part;
    for (std::size_t first = 0; first < all.size(); first += at_once) {
      const std::size_t count = std::min(at_once, all.size() - first);
      part.assign(all.begin() + static_cast<std::ptrdiff_t>(first),
                  all.begin() + static_cast<std::ptrdiff_t>(first + count));
      team_->node().max(part);
      std::copy(part.begin(), part.end(), all.begin() + static_cast<std::ptrdiff_t>(first));
    }
    return all;
  }

  std::span<T> all_rows() { return {places_[present_].rows, as_size(this->shape_.values_of_rows())}; }

  /// The leader has the rows of other nodes, and each rank of the node puts a share of them where they are read.
  void share_rows_of_other_nodes() {
    flags_.meet();
    finite_ = flags_.meet(take_rows_of_other_nodes(places_[present_]) && finite_);
  }

  /// Each array begins on an aligned address.
  Index values_of_copy() const {
    return padded<T>(this->shape_.values_of_rows()) + padded<T>(this->shape_.values_of_groups());
  }

  /// An equal share of `rows` rows for each rank of the node.
  Rows share_of(Index rows) const {
    const Index rank = static_cast<Index>(team_->node().rank());
    const Index first = rows * rank / team_->node().size();
    return {first, rows * (rank + 1) / team_->node().size() - first};
  }

  /// Copies this rank's share of the rows that came from other nodes into the groups of their own. Returns whether all
  /// numbers of that share are finite.
  bool take_rows_of_other_nodes(const Place& place) const {
    const int leader = static_cast<int>(this->layout_->comm().rank()) - static_cast<int>(team_->node().rank());
    const RowPartition& partition = this->layout_->partition();
    const Index begin = partition.first_row(Rank{leader});
    const Index own = partition.first_row(Rank{leader + team_->node().size()}) - begin;
    const auto [first, count] = share_of(this->layout_->rows() - own);
    const Index before = std::clamp<Index>(begin - first, 0, count);  // the others come after the rows of this node
    const auto take = [&](Index row, Index rows) {
      if (picks_) {
        this->for_each_run(reads_, row, rows,
                           [&](Index from, Index run) { this->separate(place, from, run, columns_); });
        return true;
      }
      this->separate(place, row, rows, columns_);
      return this->is_finite(place.rows + row * this->shape_.width(), rows * this->shape_.width());
    };
    const bool finite = take(first, before);
    return take(first + before + (before < count ? own : 0), count - before) && finite;
  }

  NodeTeam* team_;
  AlignedArray<T> own_;  ///< the rows of this rank, [local rows, width]
  SharedMemory memory_;
  NodeFlags flags_;
  Place places_[2];
  int present_ = 0;
  std::optional<RowGather> between_nodes_;  ///< only on a leader, where there are several nodes
  std::vector<std::uint8_t> reads_;         ///< which rows the ranks of this node read, if not all
  std::unique_ptr<RowPick<T>> pick_;        ///< only on a leader: brings these rows, if they are few
  bool picks_ = false;                      ///< whether the leader picks rows
  Index columns_ = 0;
  bool finite_ = true;
};

}  // namespace

template <Real T>
std::unique_ptr<RowExchange<T>> make_shared_exchange(const Layout& layout,
                                                     const typename RowExchange<T>::Shape& shape) {
  return std::make_unique<SharedExchange<T>>(layout, shape);
}

template std::unique_ptr<RowExchange<float>> make_shared_exchange(const Layout&, const RowExchange<float>::Shape&);
template std::unique_ptr<RowExchange<double>> make_shared_exchange(const Layout&, const RowExchange<double>::Shape&);

}  // namespace fullforce
