#include "fullforce/parallel/node_team.hpp"

#include <algorithm>
#include <utility>

namespace fullforce {
namespace {

/// A slot has room for so many values. More are added in pieces. The longest sum of most runs, coordinates of low-rank
/// features times streams, fits: in pieces of 4096, 16,384 values took 1.6 times as long on 2 ranks, 2.7 times on 8.
constexpr Index slot_values = 16384;
/// Up to so many values in all slots are added up by every rank. If there are more, each rank adds its share of them.
constexpr Index few_values = 1024;

constexpr Index slots(int ranks) { return 2 * (ranks + Index{1}); }

constexpr Index team_bytes(int ranks) {
  return NodeFlags::bytes(ranks) + slots(ranks) * slot_values * static_cast<Index>(sizeof(std::int64_t));
}

/// The ranks with which this one shares memory: those of its node, or some of them.
Communicator sharing_ranks(const Communicator& world, int most) {
  Communicator node = world.node();
  return most > 0 ? node.split(static_cast<int>(node.rank()) / most) : std::move(node);
}

}  // namespace

NodeTeam::NodeTeam(const Communicator& world, Communicator node)
    : node_(std::move(node)), memory_(node_, team_bytes(node_.size()), SharedMemory::Writers::all) {
  if (memory_.is_there()) flags_ = NodeFlags(node_, memory_.data());
  nodes_ = static_cast<int>(world.sum(std::int64_t{is_leader()}));
  Communicator alike = world.split(is_leader() ? 0 : 1);
  if (!is_leader() || nodes_ == 1) return;
  leaders_ = std::move(alike);
  for (const std::int64_t first : leaders_->all_gather(static_cast<std::int64_t>(world.rank())))
    first_ranks_.push_back(static_cast<int>(first));
  first_ranks_.push_back(world.size());
}

std::shared_ptr<NodeTeam> NodeTeam::join(const Communicator& world, int most) {
  Communicator node = sharing_ranks(world, most);
  const std::int64_t offset = static_cast<std::int64_t>(world.rank()) - static_cast<std::int64_t>(node.rank());
  const bool consecutive = node.min(offset) == node.max(offset);
  if (world.max(std::int64_t{node.size()}) == 1 || world.min(std::int64_t{consecutive}) == 0) return nullptr;
  std::shared_ptr<NodeTeam> team(new NodeTeam(world, std::move(node)));
  return world.min(std::int64_t{team->memory_.is_there()}) == 1 ? team : nullptr;
}

std::int64_t* NodeTeam::slot(int rank) const {
  auto* const first = reinterpret_cast<std::int64_t*>(memory_.data() + NodeFlags::bytes(node_.size()));
  return first + (set_ * slots(node_.size()) / 2 + rank) * slot_values;
}

void NodeTeam::sum(std::span<std::int64_t> values) {
  for (std::size_t first = 0; first < values.size(); first += slot_values)
    sum_few(values.subspan(first, std::min(values.size() - first, as_size(slot_values))));
}

/// The slots of a sum are written again in the sum after the next. A rank that begins with that one knows from the one
/// before it that all others have read theirs.
void NodeTeam::sum_few(std::span<std::int64_t> values) {
  set_ = 1 - set_;
  const Index count = static_cast<Index>(values.size()), ranks = node_.size();
  std::copy(values.begin(), values.end(), slot(static_cast<int>(node_.rank())));
  flags_.meet();
  const auto add = [&](Index begin, Index end, std::int64_t* to) {
    std::fill(to + begin, to + end, 0);
    for (int rank = 0; rank < ranks; ++rank)
      for (Index k = begin; k < end; ++k) to[k] += slot(rank)[k];
  };
  if (nodes_ == 1 && count * ranks <= few_values) return add(0, count, values.data());
  const Index mine = static_cast<Index>(node_.rank());
  add(count * mine / ranks, count * (mine + 1) / ranks, total());
  flags_.meet();
  if (nodes_ > 1) {
    if (is_leader()) leaders_->sum({total(), as_size(count)});
    flags_.meet();
  }
  std::copy_n(total(), count, values.begin());
}

}  // namespace fullforce
