#include "fullforce/learning/partners.hpp"

#include <limits>

#include "fullforce/base/check.hpp"
#include "fullforce/base/random.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/io/partners_file.hpp"
#include "fullforce/model/distinct_neurons.hpp"

namespace fullforce {
namespace {

constexpr std::int32_t nobody = -1;

/// So many groups are drawn with one list of the neurons that are taken.
constexpr Index groups_of_a_part = 64;

}  // namespace

Partners::Partners(const Layout& neurons, Index group, Index in_degree)
    : neurons_(&neurons),
      groups_(neurons.partition(), neurons.comm().rank(), group),
      in_degree_(std::min(in_degree, neurons.rows())),
      lists_(groups_.count() * in_degree_),
      counts_(groups_.count()) {
  require(neurons.rows() <= std::numeric_limits<std::int32_t>::max(),
          "network.neurons = {} with sparse features: must be below 2^31", neurons.rows());
  lists_.fill(nobody);
  counts_.fill(0);
}

void Partners::draw(std::uint64_t seed) {
  const Index parts = (groups_.count() + groups_of_a_part - 1) / groups_of_a_part;
  try_each_in_parallel(parts, [&](Index part) {
    DistinctNeurons neurons(neurons_->rows());
    const Index end = std::min(groups_.count(), (part + 1) * groups_of_a_part);
    for (Index k = part * groups_of_a_part; k < end; ++k) {
      const auto group = static_cast<std::uint64_t>(groups_.first() + k);
      neurons.draw(Draws(seed, Purpose::group_partners, group), {row(k), as_size(in_degree_)});
      count(k);
    }
  });
}

void Partners::read(const std::string& path) {
  const PartnersFile file(path, {neurons_->rows(), groups_.total(), in_degree_});
  for (Index k = 0; k < groups_.count(); ++k) {
    file.read(groups_.first() + k, {row(k), as_size(in_degree_)});
    count(k);
  }
}

/// Counts the partners in a list.
void Partners::count(Index k) {
  counts_[k] = static_cast<std::int32_t>(std::find(row(k), row(k) + in_degree_, nobody) - row(k));
}

/// Throws an error unless every list has neurons in ascending order. A file that another program wrote may have others.
void Partners::expect_neurons() const {
  for (Index k = 0; k < groups_.count(); ++k)
    for (Index i = 0; i < in_degree_; ++i) {
      const std::int32_t neuron = row(k)[i];
      const std::int32_t before = i == 0 ? nobody : row(k)[i - 1];
      const bool is_right = i < counts_[k] ? neuron > before && neuron < neurons_->rows() : neuron == nobody;
      if (!is_right)
        throw RunError(
            fmt::format("{}: neuron {} cannot be a partner of group {} (the file is damaged; use another one)",
                        format::network::partners, neuron, groups_.first() + k));
    }
}

void Partners::persist(Archive& archive) {
  const Index skipped = archive.saving() ? groups_.first_saved() : 0;
  const Index moved = archive.saving() ? groups_.saved() : groups_.count();
  archive.row_run<std::int32_t>(format::network::partners, {groups_.total(), groups_.first() + skipped, moved},
                                {row(skipped), in_degree_, in_degree_});
  if (archive.saving()) return;
  for (Index k = 0; k < groups_.count(); ++k) count(k);
  agree(neurons_->comm(), [&] { expect_neurons(); });
}

}  // namespace fullforce
