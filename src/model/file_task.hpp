#pragma once
#include "fullforce/io/trials_file.hpp"
#include "fullforce/model/task.hpp"

namespace fullforce {

/// The user's own trials. Training and init trials visit them in a random order, every epoch another permutation; test trials in
/// file order.
class FileTask : public Task {
 public:
  FileTask(TrialsData data, std::uint64_t seed);

  Index inputs() const override { return data_.n_in; }
  Index outputs() const override { return data_.n_out; }
  Index hints() const override { return data_.n_hint; }
  bool fixed() const override { return data_.lengths.size() == 1; }
  void make(TrialId id, Trial& trial) const override;

 private:
  std::size_t row_of(TrialId id) const;

  TrialsData data_;
  std::uint64_t seed_;
  std::vector<Index> starts_;  ///< first sample of each trial
};

}  // namespace fullforce
