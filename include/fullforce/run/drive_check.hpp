#pragma once
#include <string>
#include <vector>

#include "fullforce/model/network_options.hpp"
#include "fullforce/run/simulation.hpp"

namespace fullforce {

/// How strongly the targets drive the target-generating network.
struct DriveStrength {
  double saturated = 0.0;  ///< share of its rates of magnitude 0.99 or more
  double relative = 0.0;  ///< root mean square of the driving currents u_out f_out + u_hint f_hint, relative to that of
                          ///< the recurrent currents J_D r_D
};

/// Says what is wrong with a drive, and what to change; empty if nothing is.
std::string warning_of_drive(const DriveStrength& drive, const NetworkOptions& options);

/// The share of the rates of the target-generating network at which a check looks.
double share_of_drive_check(Index neurons);

/// Measures how strongly the targets drive the target-generating network while it is teacher-forced at the start of a
/// run. It looks once every tau, at no more than 1000 neurons. Every rank has the rates of these neurons, so every
/// rank finds the same without a message.
template <Real T>
class DriveCheck {
 public:
  explicit DriveCheck(const NetworkOptions& options);

  /// Looks at the step that the simulation has just done. Returns the warning when stream 0 has ended its init trials,
  /// or its first trial if it has none. It returns an empty text at all other times, and always after that.
  std::string look(const Simulation<T>& simulation);

  DriveStrength strength() const;

  /// Marks the rates at which it looks.
  static void mark_read(RatesRead& read);

 private:
  bool has_ended(const TrialStreams& streams) const;
  void add(const Simulation<T>& simulation, Index stream);

  NetworkOptions options_;
  Index interval_;  ///< in steps
  bool ended_ = false;
  double rates_ = 0.0;          ///< number of rates that were looked at
  double saturated_ = 0.0;      ///< number of those that are nearly 1
  double squared_rates_ = 0.0;  ///< their squares
  double steps_ = 0.0;          ///< number of steps of streams that were looked at
  double squared_drive_ = 0.0;  ///< mean squares of the driving currents, added up over these steps
};

}  // namespace fullforce
