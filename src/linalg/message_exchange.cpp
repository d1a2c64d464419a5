#include <algorithm>
#include <memory>

#include "row_exchange.hpp"

namespace fullforce {
namespace {

template <Real T>
class MessageExchange : public RowExchange<T> {
 public:
  using typename RowExchange<T>::Shape;
  using typename RowExchange<T>::Place;
  using typename RowExchange<T>::Rows;

  MessageExchange(const Layout& layout, const Shape& shape)
      : RowExchange<T>(layout, shape),
        rows_(shape.values_of_rows()),
        groups_(shape.values_of_groups()),
        gather_(layout.comm(), layout.partition(), shape.width()) {
    rows_.fill(T(0));
    groups_.fill(T(0));
    place_ = this->place_in(rows_.data(), groups_.data());
  }

  T* mine() override { return rows_.data() + this->layout_->first_row() * this->shape_.width(); }

  void read_only(std::span<const std::uint8_t> reads) override {
    const Communicator& comm = this->layout_->comm();
    const RowPartition& partition = this->layout_->partition();
    std::vector<Index> first_rows;
    for (int r = 0; r <= comm.size(); ++r) first_rows.push_back(partition.first_row(Rank{r}));
    reads_.assign(reads.begin(), reads.end());
    pick_ = RowPick<T>::if_it_pays(comm, first_rows, reads_, this->shape_.width());
    if (pick_) this->hide_others(place_, reads_);
  }

  void start(Index columns) override {
    columns_ = columns;
    if (pick_)
      pick_->start(rows_.data());
    else
      gather_.start(rows_.span());
  }
  void finish() override {
    if (pick_) return finish_pick();
    gather_.finish();
    separate_all();
  }
  void exchange(Index columns) override {
    columns_ = columns;
    if (pick_) {
      pick_->start(rows_.data());
      return finish_pick();
    }
    gather_(rows_.span());
    separate_all();
  }

  Rows begin_filling() override { return {0, this->layout_->rows()}; }
  void end_filling() override {
    columns_ = this->shape_.group.count;
    separate_all();
  }

  const Place& place() const override { return place_; }
  bool all_finite() const override { return pick_ ? finite_ : this->is_finite(rows_.data(), rows_.size()); }

 private:
  /// No rank has the rows of all others, so the ranks tell each other whether their own are finite.
  void finish_pick() {
    pick_->finish(rows_.data());
    this->for_each_run(reads_, 0, this->layout_->rows(),
                       [&](Index first, Index count) { this->separate(place_, first, count, columns_); });
    const bool fine = this->is_finite(mine(), this->layout_->local_rows() * this->shape_.width());
    finite_ = this->layout_->comm().min(std::int64_t{fine}) == 1;
  }
  void separate_all() { this->separate(place_, 0, this->layout_->rows(), columns_); }

  AlignedArray<T> rows_;
  AlignedArray<T> groups_;
  RowGather gather_;
  Place place_;
  Index columns_ = 0;
  std::vector<std::uint8_t> reads_;   ///< which rows this rank reads, if not all
  std::unique_ptr<RowPick<T>> pick_;  ///< brings these rows, if they are few
  bool finite_ = true;
};

}  // namespace

template <Real T>
std::unique_ptr<RowExchange<T>> make_message_exchange(const Layout& layout,
                                                      const typename RowExchange<T>::Shape& shape) {
  return std::make_unique<MessageExchange<T>>(layout, shape);
}

template std::unique_ptr<RowExchange<float>> make_message_exchange(const Layout&, const RowExchange<float>::Shape&);
template std::unique_ptr<RowExchange<double>> make_message_exchange(const Layout&, const RowExchange<double>::Shape&);

}  // namespace fullforce
