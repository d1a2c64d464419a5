#pragma once
#include <array>
#include <memory>

#include "fullforce/io/node_trials.hpp"
#include "fullforce/model/task.hpp"

namespace fullforce {

/// The user's own trials. Training and init trials visit them in a random order, with another permutation in every
/// epoch. Test trials visit them in the order of the file.
class FileTask : public Task {
 public:
  /// `with_hints` says that the hints of the file are used.
  FileTask(NodeTrials trials, bool with_hints, std::uint64_t seed);

  /// Gives tests trials of their own.
  void test_on(std::unique_ptr<FileTask> tests) { tests_ = std::move(tests); }

  Index inputs() const override { return shape().n_in; }
  Index outputs() const override { return shape().n_out; }
  Index hints() const override { return with_hints_ ? shape().n_hint : 0; }
  bool fixed() const override { return shape().lengths.size() == 1; }
  std::string fingerprint() const override { return trials_.fingerprint(); }
  std::int64_t trial_fingerprint(TrialId id) const override { return trials_.trial_fingerprints()[row_of(id)]; }
  Index trials_in_file() const override { return static_cast<Index>(shape().lengths.size()); }
  TrialLabel label(TrialId id) const override;
  ChannelNames channel_names() const override { return shape().names; }
  const Task& for_tests() const override { return tests_ ? *tests_ : *this; }
  void make(TrialId id, Trial& trial) const override;
  TrialView view(TrialId id, Trial& scratch) const override;
  MemoryNeed memory() const override;
  Index bytes_of_streams(Index streams) const override;

 private:
  /// The order of one epoch, which is kept until trials of another epoch are asked for. Sorting anew for every trial
  /// would cost more than the trial, and would allocate memory during the run. Keeping the order changes no result, but
  /// it forbids making trials in several threads at once.
  struct Epoch {
    bool known = false;
    std::uint64_t number = 0;
    std::vector<double> keys;
    std::vector<std::size_t> order;
  };

  const TrialsShape& shape() const { return trials_.shape(); }
  std::size_t row_of(TrialId id) const;
  const Epoch& epoch_of(TrialKind kind, std::uint64_t number) const;

  NodeTrials trials_;
  std::unique_ptr<FileTask> tests_;
  bool with_hints_;
  std::uint64_t seed_;
  std::vector<Index> starts_;            ///< first sample of each trial
  mutable std::array<Epoch, 3> epochs_;  ///< one for each kind in random order: init, training, test_init
};

}  // namespace fullforce
