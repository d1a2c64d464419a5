#include "fullforce/analysis/network_weights.hpp"

#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/learning/plasticity.hpp"
#include "fullforce/model/connectivity.hpp"
#include "fullforce/model/neurons.hpp"

namespace fullforce {
namespace {

template <Real T>
WeightMatrix fixed_weights(const RecurrentWeights<T>& J_D) {
  return {in_double(J_D.dense()), {}, {}, in_double(J_D.sparse())};
}

/// The weights of the network that runs on its own outputs. Full-FORCE has learned them; with FORCE they are J_D +
/// u_out w.
template <Real T>
WeightMatrix free_weights(const LearningOptions& learning, const Connectivity<T>& fixed, EffectiveWeights learned) {
  if (learning.rule == Rule::full_force) return std::move(learned.recurrent);
  WeightMatrix J = fixed_weights(fixed.J_D);
  J.left = in_double(fixed.u_out);
  J.right = std::move(learned.readout);
  return J;
}

template <Real T>
NetworkWeights load_as(const Layout& layout, const std::filesystem::path& path, const NetworkOptions& network,
                       const LearningOptions& learning, Index streams, const Task& task, std::uint64_t seed) {
  Connectivity<T> fixed(layout, network, task, seed);
  Archive archive = Archive::open(layout.comm(), path);
  fixed.persist(archive, layout, true);
  // A checkpoint may hold updates that are still to be applied, and only a plasticity that learns can apply them.
  const bool pending = archive.contains(format::learning::pending_right);
  const auto plasticity =
      make_plasticity<T>(layout, learning, {task.outputs(), streams, largest_rate(network), pending});
  plasticity->persist(archive);
  archive.close();
  RegionTimer unused;
  plasticity->flush(unused);
  return {free_weights(learning, fixed, plasticity->effective_weights()), fixed_weights(fixed.J_D)};
}

}  // namespace

NetworkWeights load_weights(const Layout& layout, const std::filesystem::path& path, const NetworkOptions& network,
                            const LearningOptions& learning, Index streams, const Task& task, std::uint64_t seed) {
  return with_scalar(learning.precision, [&](auto scalar) {
    return load_as<decltype(scalar)>(layout, path, network, learning, streams, task, seed);
  });
}

}  // namespace fullforce
