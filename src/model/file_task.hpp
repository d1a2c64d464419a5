#pragma once
#include <array>

#include "fullforce/io/trials_file.hpp"
#include "fullforce/model/task.hpp"

namespace fullforce {

/// The user's own trials. Training and init trials visit them in a random order, with another permutation in every
/// epoch. Test trials visit them in the order of the file.
class FileTask : public Task {
 public:
  /// `with_hints` says that the hints of the file are used.
  FileTask(TrialsData data, bool with_hints, std::uint64_t seed);

  Index inputs() const override { return data_.n_in; }
  Index outputs() const override { return data_.n_out; }
  Index hints() const override { return data_.n_hint; }
  bool fixed() const override { return data_.lengths.size() == 1; }
  std::string fingerprint() const override { return fingerprint_; }
  void make(TrialId id, Trial& trial) const override;

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

  std::size_t row_of(TrialId id) const;
  const Epoch& epoch_of(TrialKind kind, std::uint64_t number) const;

  TrialsData data_;
  std::string fingerprint_;
  std::uint64_t seed_;
  std::vector<Index> starts_;            ///< first sample of each trial
  mutable std::array<Epoch, 3> epochs_;  ///< one for each kind in random order: init, training, test_init
};

}  // namespace fullforce
