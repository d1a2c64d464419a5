#pragma once
#include <array>
#include <string_view>

#include "fullforce/base/types.hpp"

/// The names of everything in a network file (network.h5 and checkpoints, which are the same kind of file) in one
/// place, with shapes. Every class saves and loads its own part through Archive, under the names given here.
///
/// Letters in shapes: N neurons; B streams (trials that run side by side); n_in, n_out, n_hint signals of the task; d
/// features of the learning rule (d = N for dense features, the dimension of the basis for low-rank ones); m updates
/// that have been computed and not yet applied; n target modes; G groups of neurons that share K presynaptic partners,
/// and K_out neurons that the readout reads (sparse features). "Network" is the task-performing network, "target" the
/// target-generating one. Rows are counted over all ranks, so any number of ranks reads any file.
/// The scalars follow `learning.precision` (32- or 64-bit floating point) where nothing else is said.
namespace fullforce::format {

/// The value of the root attribute `format`: what kind of file it is.
namespace kind {
inline constexpr const char* network = "fullforce-network";      ///< network.h5 and checkpoints
inline constexpr const char* trials = "fullforce-trials";        ///< input: the trials of task "file"
inline constexpr const char* recording = "fullforce-recording";  ///< output of `fullforce test --record`
inline constexpr const char* analysis = "fullforce-analysis";    ///< output of `fullforce analyze`
}  // namespace kind

/// The value of the root attribute `format_version`, one for each kind. It changes only where an older program would
/// misread the file; a part of a network file that one class owns has a version of its own (Archive::section).
namespace version {
inline constexpr Index network = 1;
/// Masks, conditions and names of channels came with version 2, and targets of neurons with version 3.
inline constexpr Index trials = 3;
inline constexpr Index oldest_trials = 1;  ///< the oldest version of trials files that this program reads
inline constexpr Index recording = 1;
inline constexpr Index results = 1;  ///< every kind of file that write_results writes
}  // namespace version

/// A part of a network file that one class owns, with the version that this program writes. It reads no later one.
struct Section {
  std::string_view name;
  Index version = 1;
};

/// All sections. A group that holds one has the version as an attribute (`section_version_suffix`).
namespace section {
inline constexpr Section basis{"basis", 1};
inline constexpr Section connectivity{"connectivity", 1};
inline constexpr Section current_moments{"current_moments", 1};
inline constexpr Section definition_probe{"definition_probe", 1};
inline constexpr Section drive{"drive", 1};
inline constexpr Section group_rls{"group_rls", 1};
inline constexpr Section rate_neurons{"rate_neurons", 1};
inline constexpr Section shared_gain_rls{"shared_gain_rls", 1};
inline constexpr Section streams{"streams", 1};
inline constexpr Section target_modes{"target_modes", 1};
inline constexpr std::array all{basis,     connectivity, current_moments, definition_probe, drive,
                                group_rls, rate_neurons, shared_gain_rls, streams,          target_modes};
}  // namespace section

/// Ends the attribute of a group that holds the version of a section. Section "shared_gain_rls" has the attribute
/// "shared_gain_rls_version". Integer.
inline constexpr const char* section_version_suffix = "_version";

/// Attributes of the root group. `format` and `format_version` stand in every kind of file.
namespace root {
inline constexpr const char* group = "/";
inline constexpr const char* format = "format";                  ///< text: one of `kind`
inline constexpr const char* format_version = "format_version";  ///< integer: one of `version`
inline constexpr const char* config = "config";                  ///< text: the configuration as TOML, all keys
inline constexpr const char* provenance = "provenance";          ///< text: JSON, who wrote the file, where and when
/// Text: fingerprint of the trials file that the network was trained on. Networks of other tasks do not have it.
inline constexpr const char* trials = "trials_fingerprint";
/// Text: fingerprint of the trials file that it is tested on, where that is another one (task.test_file).
inline constexpr const char* test_trials = "test_trials_fingerprint";
/// Integer: the number of trials that the network learned from. Files of older programs do not have it.
inline constexpr const char* learned_trials = "learned_trials";
/// Text: JSON with the path and the seal of the network file from which training took its first weights.
inline constexpr const char* source = "start_from";
}  // namespace root

/// Which trials the network learned from. Networks that learned from none do not have it.
namespace trials {
inline constexpr const char* group = "/trials";
/// [trials], 64-bit integers in increasing order: a fingerprint of the inputs and targets of each of them
inline constexpr const char* learned = "/trials/learned";
}  // namespace trials

/// Where the run stands.
namespace progress {
inline constexpr const char* group = "/progress";
// Attributes of the group, integers.
inline constexpr const char* step = "step";              ///< steps so far
inline constexpr const char* samples = "samples";        ///< steps learned from, each stream counted by itself
inline constexpr const char* next_trial = "next_trial";  ///< number of the training trial that a stream takes next
inline constexpr const char* idle_steps = "idle_steps";  ///< steps since a stream first found no trial left
// Datasets [B], 64-bit integers.
inline constexpr const char* phase = "/progress/phase";        ///< 0 initialization, 1 training, 2 idle
inline constexpr const char* trial = "/progress/trial";        ///< number of the stream's trial in its phase
inline constexpr const char* position = "/progress/position";  ///< next step within that trial
// Datasets [B], 64-bit floating point.
inline constexpr const char* squared_error = "/progress/squared_error";    ///< sum over the stream's trial so far
inline constexpr const char* squared_target = "/progress/squared_target";  ///< likewise, of the targets
}  // namespace progress

/// The task-performing network.
namespace network {
inline constexpr const char* group = "/network";
inline constexpr const char* x = "/network/x";                ///< [N, B], states
inline constexpr const char* feedback = "/network/feedback";  ///< [N, B], recurrent currents of the last step
inline constexpr const char* output = "/network/output";      ///< [n_out, B] in 64 bits, outputs of the last step
inline constexpr const char* u_in = "/network/u_in";          ///< [N, n_in], input weights
/// [N, 1], with task.reset = "fixed": the state x = x_D in which all trials begin
inline constexpr const char* start_state = "/network/start_state";
/// [n_out, d], output weights w over the features; with sparse features [n_out, K_out], over the readout_inputs
inline constexpr const char* readout = "/network/readout";
/// Full-FORCE: learned recurrent weights J [N, d]; with low-rank features A of J = A U^T. With target modes [n, d]: w
/// of J = V w, or A of J = V A U^T. With sparse features [N, K]: neuron i of group g has the weight (i, k) from neuron
/// partners(g, k). FORCE has none.
inline constexpr const char* weights = "/network/weights";
inline constexpr const char* basis = "/network/basis";  ///< [N, d], low-rank features: the basis U
inline constexpr const char* modes = "/network/modes";  ///< [N, n], target modes V; zero until they are fixed
/// [G, K], 32-bit integers, sparse features: the neurons that each group reads, ascending. Group g is the neurons from
/// g M on, M of them, with M = learning.group. -1 follows the partners of a group that has fewer than K. FORCE has
/// none.
inline constexpr const char* partners = "/network/partners";
/// [K_out], 64-bit integers, sparse features: the neurons that the readout reads, ascending.
inline constexpr const char* readout_inputs = "/network/readout_inputs";
// Updates not yet applied (checkpoints): J - G S^T and w - H S^T are the effective weights; S is pending_right.
inline constexpr const char* pending_left = "/network/pending_left";        ///< [N, m], G; with target modes [n, m]
inline constexpr const char* pending_readout = "/network/pending_readout";  ///< [n_out, m], H
// Attributes of the group, with target modes.
inline constexpr const char* modes_found = "modes_found";    ///< integer: how many modes are not zero
inline constexpr const char* modes_energy = "modes_energy";  ///< sum of the squared currents that the modes come from
inline constexpr const char* modes_energy_left_out = "modes_energy_left_out";  ///< what of it lies outside the modes
}  // namespace network

/// J_s: static recurrent weights, K_s into each neuron, which act beside those of sparse features. They are compressed
/// sparse rows, as target::J_sparse below. Checkpoints hold them, too.
namespace network::J_static {
inline constexpr const char* group = "/network/J_static";
inline constexpr const char* indptr = "/network/J_static/indptr";    ///< [N + 1], 64-bit integers
inline constexpr const char* indices = "/network/J_static/indices";  ///< [N K_s], 32-bit integers: neurons
inline constexpr const char* data = "/network/J_static/data";        ///< [N K_s], weights
}  // namespace network::J_static

/// The states of a network's neurons, below `network::group` or `target::group`.
namespace neurons {
inline constexpr const char* x = "x";  ///< dataset [N, B] below the network's group
}  // namespace neurons

/// An orthonormal basis that grows with what it is shown. It stands below the group of its owner: `network::group`
/// (low-rank features: the basis of the rates) or `currents::group`.
namespace basis {
inline constexpr const char* matrix = "basis";  ///< dataset [N, d] below the owner's group
// Attributes of the owner's group, 64-bit floating point.
inline constexpr const char* energy = "energy";                    ///< sum of the squares of all vectors shown to it
inline constexpr const char* energy_left_out = "energy_left_out";  ///< what of it lies outside the basis
}  // namespace basis

/// The target-generating network.
namespace target {
inline constexpr const char* group = "/target";
inline constexpr const char* x = "/target/x";            ///< [N, B], states
inline constexpr const char* u_out = "/target/u_out";    ///< [N, n_out], weights of the target outputs
inline constexpr const char* u_hint = "/target/u_hint";  ///< [N, n_hint], weights of the hints
inline constexpr const char* J = "/target/J";            ///< [N, N], recurrent weights J_D, where they are dense
}  // namespace target

/// J_D with K inputs a neuron, as compressed sparse rows: neuron i has the inputs indices[indptr[i]] to
/// indices[indptr[i + 1] - 1]. Checkpoints leave J_D out, since it follows from the seed.
namespace target::J_sparse {
inline constexpr const char* group = "/target/J_sparse";
inline constexpr const char* indptr = "/target/J_sparse/indptr";    ///< [N + 1], 64-bit integers
inline constexpr const char* indices = "/target/J_sparse/indices";  ///< [N K], 32-bit integers: neurons
inline constexpr const char* data = "/target/J_sparse/data";        ///< [N K], weights
}  // namespace target::J_sparse

/// The state of the learning rule.
namespace learning {
inline constexpr const char* group = "/learning";
/// [d, d], inverse correlation matrix of the features; low-rank features: in 64 bits, as is pending_right. With sparse
/// features each row is the matrix [K, K] of a group, packed: [G, 32 n (n + 1)] with n = ceil(K / 8). It is the lower
/// triangle in panels of eight rows. Panel k stands from element 32 k (k + 1) on, and is the matrix [8, 8 (k + 1)] of
/// the rows from 8 k on and the columns from 0 on. Rows and columns beyond K are zero. FORCE has none.
inline constexpr const char* P = "/learning/P";
/// Sparse features: the matrix [K_out, K_out] of the readout, packed in the same way, [32 n (n + 1)].
inline constexpr const char* P_readout = "/learning/P_readout";
/// [d, m], S: updates not yet applied (checkpoints). P - S S^T is the effective matrix.
inline constexpr const char* pending_right = "/learning/pending_right";
/// [N] in 64 bits, u = P^-1 v as the definition of P gives it, for a fixed vector v; where P is in 32 bits.
inline constexpr const char* probe = "/learning/probe";
// Sparse features: updates of P that are not yet applied (checkpoints). The effective matrix is c (P - S S^T). The
// weights lack nothing. The columns of S have the stride of the program's rows, and zeros at their end.
inline constexpr const char* panel_groups = "/learning/panel_groups";    ///< [G, m stride], S^T of each group
inline constexpr const char* panel_readout = "/learning/panel_readout";  ///< [m, K_out rounded up to 8]
inline constexpr const char* pending_groups = "pending_groups";          ///< attribute, integer: m of a group
inline constexpr const char* pending_readout = "pending_readout";        ///< attribute, integer: m of the readout
inline constexpr const char* growth_groups = "growth_groups";            ///< attribute: c of a group
inline constexpr const char* growth_readout = "growth_readout";          ///< attribute: c of the readout
// Where learning.signs is "dale" (SignConstraint):
inline constexpr const char* unbounded_weights = "/learning/unbounded_weights";  ///< [N, K], v
inline constexpr const char* multipliers = "/learning/multipliers";              ///< [N, K], lambda
// Attributes of the group where learning.forgetting is not 1 and features are not sparse, 64-bit floating point.
inline constexpr const char* growth = "growth";  ///< c (P - S S^T) is the effective matrix; 1 if nothing is pending
inline constexpr const char* largest_eigenvalue = "largest_eigenvalue";  ///< bound on the eigenvalues of P
// Attributes of the group that belong to the probe.
inline constexpr const char* probe_samples = "probe_samples";  ///< integer: samples since P was examined
// Two sums over all examinations, in which one counts 0.9 times as much as the next.
inline constexpr const char* probe_rounding = "probe_rounding";  ///< of what of u^T P u / u^T u is rounding
inline constexpr const char* probe_whole = "probe_whole";        ///< of r^T P r / r^T r for the rates r
}  // namespace learning

/// Moments of the target currents, from which the target modes will be computed; in checkpoints until the modes are
/// fixed. The group also holds a `basis` of dimension c.
namespace currents {
inline constexpr const char* group = "/learning/currents";
inline constexpr const char* basis = "/learning/currents/basis";      ///< [N, c]
inline constexpr const char* moments = "/learning/currents/moments";  ///< [c, c] in 64 bits: sum of products in it
}  // namespace currents

/// Checksums of every dataset, written and verified by Archive: the checksums of dataset /a/b are in /checksums/a/b,
/// XXH3 of each block of its rows [blocks], unsigned 64-bit integers.
namespace checksums {
inline constexpr const char* group = "/checksums";
inline constexpr const char* block_rows = "block_rows";  ///< attribute of each of them, integer: rows in a block
}  // namespace checksums

}  // namespace fullforce::format
