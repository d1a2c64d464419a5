#include "fullforce/linalg/gathered_vectors.hpp"

#include <algorithm>
#include <utility>

#include "fullforce/linalg/kernels.hpp"
#include "fullforce/parallel/node_team.hpp"
#include "row_exchange.hpp"

namespace fullforce {
namespace {

template <Real T>
struct Arrangement {
  VectorsShape<T> group;  ///< as products read it
  Index width;            ///< scalars of a group in a row

  Arrangement(Index rows, Index vectors, Gathering gathering)
      : group{rows, vectors}, width(padded_vectors<T>(vectors)) {
    if (gathering != Gathering::columns) return;
    group.order = VectorOrder::by_vector;
    width = row_stride<T>(vectors);
  }

  bool is_side_by_side() const { return group.order == VectorOrder::side_by_side; }

  /// Whether a group can be read where it was written, because nothing travels between ranks.
  bool is_in_place(int ranks, Gathering gathering) const {
    return gathering == Gathering::vectors && ranks == 1 && (group.count == 1 || is_side_by_side());
  }

  /// Groups need arrays of their own unless the rows are already what the group would be. A product reads one group and
  /// wants nothing else in its cache lines.
  typename RowExchange<T>::Shape exchange(Index groups) const {
    return {groups, width, group, !(groups == 1 && is_side_by_side())};
  }
};

/// The scalars of a row of all groups, padding included.
template <Real T>
Index row_width(const typename GatheredVectors<T>::Shape& shape) {
  return Arrangement<T>(shape.partition.rows(), shape.vectors, shape.gathering).exchange(shape.groups).width();
}

}  // namespace

template <Real T>
GatheredVectors<T>::GatheredVectors(const Layout& layout, Index groups, Index vectors, Gathering gathering)
    : layout_(&layout), vectors_(vectors), groups_count_(groups), gathering_(gathering) {
  const Arrangement<T> arrangement(layout.rows(), vectors, gathering);
  const bool in_place = arrangement.is_in_place(layout.comm().size(), gathering);
  group_width_ = arrangement.width;
  stride_ = in_place ? group_width_ : groups * group_width_;
  if (in_place || gathering == Gathering::local) {
    const Index size = in_place ? arrangement.group.size() : group_width_;
    in_place_ = AlignedArray<T>(in_place ? groups * size : layout.local_rows() * stride_);
    in_place_.fill(T(0));
    for (Index g = 0; g < groups; ++g) {
      own_.push_back(in_place_.data() + g * size);
      rows_.push_back(own_.back());
      if (in_place) groups_.push_back(arrangement.group.in(own_.back()));
    }
    return;
  }
  const auto shape = arrangement.exchange(groups);
  exchange_ = layout.comm().team() != nullptr ? make_shared_exchange<T>(layout, shape)
                                              : make_message_exchange<T>(layout, shape);
  read_place();
}

template <Real T>
GatheredVectors<T>::GatheredVectors(GatheredVectors&&) noexcept = default;
template <Real T>
GatheredVectors<T>::~GatheredVectors() = default;

/// Finds where the exchange has the rows. Before the first exchange there may be none.
template <Real T>
void GatheredVectors<T>::read_place() {
  const auto& place = exchange_->place();
  own_.clear();
  rows_.clear();
  for (Index g = 0; g < groups_count_; ++g) {
    own_.push_back(exchange_->mine() + g * group_width_);
    rows_.push_back(place.rows == nullptr ? nullptr : place.rows + g * group_width_);
  }
  groups_.assign(place.groups.begin(), place.groups.end());
  if (groups_.empty()) groups_.push_back({place.rows, stride_, VectorOrder::side_by_side});
}

/// Takes messages where memory cannot be shared after all.
template <Real T>
void GatheredVectors<T>::prepare() {
  if (!exchange_ || std::exchange(ready_, true) || exchange_->prepare()) return;
  const Arrangement<T> arrangement(layout_->rows(), vectors_, gathering_);
  std::unique_ptr<RowExchange<T>> by_messages;
  agree(layout_->comm(),
        [&] { by_messages = make_message_exchange<T>(*layout_, arrangement.exchange(groups_count_)); });
  std::copy_n(exchange_->mine(), layout_->local_rows() * stride_, by_messages->mine());
  exchange_ = std::move(by_messages);
  read_place();
}

template <Real T>
bool GatheredVectors<T>::needs_messages() const {
  if (!exchange_ || layout_->comm().size() == 1) return false;
  return layout_->comm().team() == nullptr || layout_->comm().team()->nodes() > 1;
}

template <Real T>
void GatheredVectors<T>::read_only(std::span<const std::uint8_t> reads) {
  if (!exchange_) return;
  prepare();
  std::vector<std::uint8_t> with_own(reads.begin(), reads.end());
  std::fill_n(with_own.begin() + layout_->first_row(), layout_->local_rows(), std::uint8_t{1});
  exchange_->read_only(with_own);
}

template <Real T>
void GatheredVectors<T>::gather(Index count) {
  if (!exchange_) return;
  prepare();
  exchange_->exchange(count);
  read_place();
}

template <Real T>
void GatheredVectors<T>::start_gather() {
  if (!exchange_) return;
  prepare();
  exchange_->start(vectors_);
  moving_ = true;
}

template <Real T>
void GatheredVectors<T>::finish_gather() {
  if (!std::exchange(moving_, false)) return;
  exchange_->finish();
  read_place();
}

template <Real T>
template <Real U>
void GatheredVectors<T>::convert(const GatheredVectors<U>& other, Index group) {
  const VectorsView<const U> from = other.group(group);
  const auto take = [&](Index first, Index count, T* rows) {
    for_each_in_parallel(count, [&](Index k) {
      for (Index b = 0; b < vectors_; ++b) rows[k * stride_ + b] = static_cast<T>(from(b, first + k));
    });
  };
  take(layout_->first_row(), layout_->local_rows(), mine(0, 0));
  if (!exchange_) return;
  prepare();
  const auto share = exchange_->begin_filling();
  take(share.first, share.count, exchange_->place().rows + share.first * stride_);
  exchange_->end_filling();
  read_place();
}

template <Real T>
bool GatheredVectors<T>::all_finite() const {
  // If vectors are kept local, only the owner of a row knows whether it is finite.
  if (gathering_ == Gathering::local) return true;
  if (exchange_) return exchange_->all_finite();
  return kernels::all_finite(in_place_.data(), in_place_.size());
}

template <Real T>
bool GatheredVectors<T>::Shape::picks() const {
  if (gathering == Gathering::local || partition.ranks() <= partition.sharing()) return false;
  const Index rows = partition.rows_of_sharing(), others = (partition.ranks() - 1) / partition.sharing();
  return share_read <= RowPick<T>::most_share && RowPick<T>::can_be_sent(rows, others, row_width<T>(*this));
}

template <Real T>
double GatheredVectors<T>::Shape::bytes_gathered() const {
  return static_cast<double>(partition.rows() * row_width<T>(*this)) * sizeof(T) * (picks() ? share_read : 1.0);
}

template <Real T>
Index GatheredVectors<T>::Shape::bytes() const {
  const Arrangement<T> arrangement(partition.rows(), vectors, gathering);
  const auto exchange = arrangement.exchange(groups);
  const Index own = partition.largest_row_count() * exchange.width();
  const Index all = exchange.values_of_rows() + exchange.values_of_groups();
  Index values = partition.sharing() == 1 ? all : own + 2 * all / partition.sharing();
  if (gathering == Gathering::local) values = own;
  if (arrangement.is_in_place(partition.ranks(), gathering)) values = groups * arrangement.group.size();
  const auto others = static_cast<double>(partition.rows() - partition.rows_of_sharing());
  const Index picked = picks() ? static_cast<Index>(share_read * others) : 0;
  return values * static_cast<Index>(sizeof(T)) + RowPick<T>::bytes(picked, exchange.width()) / partition.sharing();
}

template class GatheredVectors<float>;
template class GatheredVectors<double>;
template void GatheredVectors<double>::convert(const GatheredVectors<float>&, Index);
template void GatheredVectors<float>::convert(const GatheredVectors<float>&, Index);
template void GatheredVectors<double>::convert(const GatheredVectors<double>&, Index);

}  // namespace fullforce
