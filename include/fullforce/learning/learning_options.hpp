#pragma once
#include <array>
#include <string>

#include "fullforce/base/precision.hpp"
#include "fullforce/model/network_options.hpp"

namespace fullforce {

/// What a learning rule learns: with full_force the recurrent weights J and the readout w, with force the readout w
/// alone.
enum class Rule { full_force, force };
template <>
inline constexpr std::array<std::string_view, 2> names_of<Rule> = {"full-force", "force"};
/// The names of the rules in running text.
inline constexpr std::array<std::string_view, 2> rule_titles = {"full-FORCE", "FORCE"};
constexpr std::string_view title_of(Rule rule) { return rule_titles[static_cast<std::size_t>(rule)]; }
/// Whether a rule learns J. Without J there are no currents to learn, and so no target modes.
constexpr bool learns_recurrent(Rule rule) { return rule == Rule::full_force; }

/// The features that weights are learned over: the rates themselves (dense), their coordinates in a basis that grows
/// (low-rank), or the rates of a few presynaptic partners of each group of neurons (sparse).
enum class FeatureKind { dense, low_rank, sparse };
template <>
inline constexpr std::array<std::string_view, 3> names_of<FeatureKind> = {"dense", "low-rank", "sparse"};

/// The keys of the section [learning] of a configuration.
struct LearningOptions {
  Rule rule = Rule::full_force;
  FeatureKind features = FeatureKind::dense;
  double alpha = 1.0;
  double update_probability = 0.5;
  Precision precision = Precision::double_precision;
  Index panel = 64;  ///< number of updates that are deferred before they are applied
  /// Tolerance of the bases of low-rank features and of the currents that target modes come from, relative to the
  /// squared lengths of the vectors.
  double rank_tolerance = 1e-4;
  Index max_rank = 1024;  ///< largest dimension of the same bases
  /// Number of principal components of the target currents to learn; 0 = the currents themselves.
  Index target_modes = 0;
  double forgetting =
      1.0;  ///< lambda: weight of all earlier samples in each step that learns, relative to the one before
  /// The share of the neurons whose recurrent weights are learned; the others keep random ones.
  double plastic_fraction = 1.0;
  // The following concern sparse features alone.
  Index plastic_in_degree = 200;  ///< K: neurons that a group reads; all where there are fewer
  /// M: neurons that share their partners and one inverse correlation matrix. On the oscillation (N = 400, K = 200, 60
  /// trials, single precision, seeds 1 and 2) both networks with M = 100 passed their test, one of those with M = 40
  /// and with M = 10 did, and none with M = 20. Training took 18 s with M = 100, and 57 s with M = 20.
  Index group = 100;
  Index readout_inputs = 1000;  ///< K_out: neurons that the readout reads; all where there are fewer
  Signs signs = Signs::free;    ///< of the learned recurrent weights
  /// mu: penalty of the squared sum of a neuron's weights from excitatory partners, and of those from inhibitory ones.
  double class_penalty = 0.0;
  std::string partners;  ///< file with the partners of each group; "" = they are drawn
};

/// Whether the recurrent weights of a neuron can be any numbers, also random ones. Those over low-rank features lie in
/// the span of the basis, and those of target modes in the span of the modes.
inline bool holds_random_rows(const LearningOptions& learning) {
  return learning.features != FeatureKind::low_rank && learning.target_modes == 0;
}

/// The features and target modes in words: "dense features", or "low-rank features, 100 target modes".
std::string features_text(const LearningOptions& learning);

}  // namespace fullforce
