#include "fullforce/analysis/network_weights.hpp"

#include <optional>

#include "fullforce/io/archive.hpp"
#include "fullforce/learning/drive.hpp"
#include "fullforce/model/connectivity.hpp"
#include "fullforce/model/neurons.hpp"

namespace fullforce {
namespace {

template <Real T>
NetworkWeights load_as(const Layout& layout, const std::filesystem::path& path, const NetworkOptions& network,
                       const LearningOptions& learning, Index streams, const Task& task, std::uint64_t seed,
                       TargetSource target) {
  std::optional<Connectivity<T>> fixed;
  agree(layout.comm(), [&] { fixed.emplace(layout, network, task, seed, Reset::none, target); });
  Archive archive = Archive::open(layout.comm(), path);
  fixed->persist(archive, layout, true);
  const bool learns = has_pending_updates(archive);
  std::unique_ptr<Plasticity<T>> plasticity;
  agree(layout.comm(), [&] {
    plasticity =
        make_plasticity<T>(layout, learning, {task.outputs(), streams, largest_rate(network), learns, network, seed});
  });
  plasticity->persist(archive);
  archive.close();
  RegionTimer unused;
  plasticity->flush(unused);
  return {free_running_weights(learning.rule, *fixed, plasticity->effective_weights()), fixed->J_D.in_double(),
          in_double(fixed->u_in)};
}

}  // namespace

NetworkWeights load_weights(const Layout& layout, const std::filesystem::path& path, const NetworkOptions& network,
                            const LearningOptions& learning, Index streams, const Task& task, std::uint64_t seed,
                            TargetSource target) {
  return with_scalar(learning.precision, [&](auto scalar) {
    return load_as<decltype(scalar)>(layout, path, network, learning, streams, task, seed, target);
  });
}

std::vector<double> input_currents(const NetworkWeights& weights, std::span<const double> input) {
  std::vector<double> currents(as_size(weights.u_in.rows()), 0.0);
  for (std::size_t i = 0; i < currents.size(); ++i)
    for (std::size_t k = 0; k < input.size(); ++k)
      currents[i] += weights.u_in(static_cast<Index>(i), static_cast<Index>(k)) * input[k];
  return currents;
}

}  // namespace fullforce
