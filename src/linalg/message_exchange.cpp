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

  void start(Index columns) override {
    columns_ = columns;
    gather_.start(rows_.span());
  }
  void finish() override {
    gather_.finish();
    separate_all();
  }
  void exchange(Index columns) override {
    columns_ = columns;
    gather_(rows_.span());
    separate_all();
  }

  Rows begin_filling() override { return {0, this->layout_->rows()}; }
  void end_filling() override {
    columns_ = this->shape_.group.count;
    separate_all();
  }

  const Place& place() const override { return place_; }
  bool all_finite() const override { return this->is_finite(rows_.data(), rows_.size()); }

 private:
  void separate_all() { this->separate(place_, 0, this->layout_->rows(), columns_); }

  AlignedArray<T> rows_;
  AlignedArray<T> groups_;
  RowGather gather_;
  Place place_;
  Index columns_ = 0;
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
