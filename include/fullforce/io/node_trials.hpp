#pragma once
#include "fullforce/io/trials_file.hpp"
#include "fullforce/parallel/node_array.hpp"

namespace fullforce {

/// The contents of a trials file, which the ranks of a node hold once together. One rank of each node reads the file.
class NodeTrials {
 public:
  /// Reads a trials file whole and checks it. Where the ranks of a node cannot share memory, each of them reads the
  /// file for itself. Throws InputError on every rank: one of TrialsReader, or one which says that the trials do not
  /// fit into the memory that is left, or that the nodes found different files. **Collective.**
  NodeTrials(const Communicator& comm, const std::filesystem::path& path, Sharing sharing = Sharing::within_node);

  const TrialsShape& shape() const { return shape_; }
  const Signals<const double>& signals() const { return signals_; }
  const std::string& fingerprint() const { return fingerprint_; }
  const std::vector<std::int64_t>& trial_fingerprints() const { return trial_fingerprints_; }

  /// The memory that the signals take.
  MemoryNeed memory() const { return values_.memory(); }

 private:
  TrialsShape shape_;
  NodeArray values_;
  Signals<const double> signals_;  ///< the parts of values_
  std::string fingerprint_;
  std::vector<std::int64_t> trial_fingerprints_;
};

}  // namespace fullforce
