#pragma once
#include <optional>
#include <vector>

#include "fullforce/parallel/layout.hpp"
#include "fullforce/run/recording.hpp"
#include "fullforce/run/simulation.hpp"

namespace fullforce {

/// Records the test trials of all streams in the order of their numbers, whichever stream runs them and when. Every
/// rank collects the values of its own neurons for a while. The root then receives them as a piece of a trial and
/// writes it, so that no rank ever holds the whole recording.
template <Real T>
class Recorder {
 public:
  /// Makes the file. Throws RunError on every rank where that fails. **Collective.**
  Recorder(const Layout& layout, const Task& task, const RunOptions& run, double dt, const RecordingJob& job);

  /// Records the present step of the streams that are in a test trial. Throws RunError on every rank where the file
  /// cannot be written. **Collective.**
  void look(const Simulation<T>& simulation);

  /// Gives the file its name after the last trial. **Collective.**
  void commit();

 private:
  /// The steps of a stream that are not yet in the file.
  struct Piece {
    std::vector<std::int64_t> bits;  ///< [steps, width], numbers in double precision
    Index first = 0;                 ///< place of the first of these steps in the file
    Index steps = 0;
  };
  /// A recorded neuron of this rank.
  struct OwnNeuron {
    Index place;  ///< among the recorded neurons
    Index local;  ///< counted from this rank's first neuron
  };

  void fill_row(const Simulation<T>& simulation, Index stream, Index step, std::int64_t* row) const;
  void fill_signals(const Simulation<T>& simulation, Index stream, Index step, std::int64_t*& row) const;
  void write(Piece& piece);

  const Layout* layout_;
  double dt_;
  std::vector<NeuronVariable> variables_;
  Index neurons_;  ///< how many are recorded
  std::vector<OwnNeuron> own_;
  Index width_;                        ///< numbers of a step
  Index most_steps_;                   ///< steps of a piece
  std::vector<Index> trial_starts_;    ///< place of each trial in the file
  std::vector<Piece> pieces_;          ///< of each stream
  std::optional<RecordingFile> file_;  ///< the root's
};

}  // namespace fullforce
