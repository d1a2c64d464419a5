// This program prints how fast the inverse correlation matrices of groups are multiplied and updated (PackedGain), and
// how that compares with what the machine allows. All threads work, each on groups of its own.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "fullforce/base/precision.hpp"
#include "fullforce/base/timer.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/learning/packed_gain.hpp"
#include "fullforce/linalg/packed_symmetric.hpp"
#include "fullforce/parallel/threads.hpp"
#include "fullforce/run/json_text.hpp"
#include "fullforce/run/machine_probe.hpp"
#include "options.hpp"

namespace fullforce {
namespace {

struct Settings {
  std::vector<Index> in_degrees{50, 100, 200, 500, 1000};
  std::vector<Index> samples{1, 4, 16, 64};
  double bytes = 256e6;  ///< of all P together
  double seconds = 0.5;  ///< for a point
  Index rounds = 5;
  std::string output;
};

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

/// Groups of one size, in training with the same samples again and again.
template <Real F>
class Trainees {
 public:
  Trainees(Index in_degree, Index samples, double bytes)
      : in_degree_(in_degree),
        samples_(samples),
        groups_(std::max<Index>(thread_count(), static_cast<Index>(bytes / bytes_of_group()))),
        panel_(std::clamp<Index>(in_degree / 16, 1, 64)),
        stride_(PackedGain<F>::panel_stride(in_degree)),
        P_(groups_ * packed_size(in_degree)),
        panels_(groups_ * (panel_ + samples - 1) * stride_) {
    for (int t = 0; t < thread_count(); ++t) {
      PackedGain<F>& gain = gains_.emplace_back(in_degree, samples, panel_ + samples - 1);
      const VectorsView<F> phi = gain.features(samples);
      for (Index i = 0; i < in_degree; ++i)
        for (Index b = 0; b < samples; ++b)
          phi(b, i) = static_cast<F>(std::sin(0.1 * static_cast<double>(i * (b + 1)) + static_cast<double>(b)));
    }
    for_each_in_parallel(groups_, [&](Index g) {
      F* const P = P_.data() + g * packed_size(in_degree_);
      std::fill_n(P, packed_size(in_degree_), F(0));
      for (Index i = 0; i < in_degree_; ++i) P[packed_place(i, i)] = F(1);
      std::fill_n(panel_of(g), (panel_ + samples_ - 1) * stride_, F(0));
    });
  }

  double bytes_of_group() const { return static_cast<double>(packed_size(in_degree_)) * sizeof(F); }
  Index groups() const { return groups_; }

  /// The seconds of a step of all groups, as the mean over the steps from one applied panel to the next.
  double step() {
    const Stopwatch clock;
    Index steps = 0;
    for (Index pending = 0; pending < panel_; pending += samples_, ++steps)
      for_each_in_parallel(groups_, [&](Index g) {
        PackedGain<F>& gain = gains_[as_size(thread_index())];
        PackedP<F> P{
            P_.data() + g * packed_size(in_degree_), {panel_of(g), stride_, stride_}, in_degree_, pending, 1.0};
        gain.learn(P, samples_);
        P.pending += samples_;
        if (P.pending >= panel_) gain.flush(P, samples_);
      });
    return clock.seconds() / static_cast<double>(steps);
  }

  /// The bytes of P that a group moves in a step: it is read, and now and then read and written.
  double bytes_moved() const {
    const double steps = std::ceil(static_cast<double>(panel_) / static_cast<double>(samples_));
    return bytes_of_group() * (1.0 + 1.0 / steps);
  }

 private:
  F* panel_of(Index g) { return panels_.data() + g * (panel_ + samples_ - 1) * stride_; }

  Index in_degree_;
  Index samples_;
  Index groups_;
  Index panel_;
  Index stride_;
  AlignedArray<F> P_;
  AlignedArray<F> panels_;
  std::vector<PackedGain<F>> gains_;
};

/// One point. The limits are measured between the steps, because a machine that others use is not always as fast.
template <Real F>
nlohmann::ordered_json point(Index in_degree, Index samples, const Settings& s) {
  Trainees<F> trainees(in_degree, samples, s.bytes);
  trainees.step();
  std::vector<double> shares, seconds;
  const double groups = static_cast<double>(trainees.groups());
  const double operations = 3.0 * static_cast<double>(in_degree * in_degree * samples) * groups;
  const double bytes = trainees.bytes_moved() * groups;
  double computing = 0.0, moving = 0.0;
  for (Index k = 0; k < s.rounds; ++k) {
    const double rate = product_rate<F>(0.1 * s.seconds);
    const double bandwidth = read_rate(s.bytes / thread_count(), 0.1 * s.seconds);
    std::vector<double> steps;
    const Stopwatch clock;
    do steps.push_back(trainees.step());
    while (clock.seconds() < s.seconds / static_cast<double>(s.rounds));
    computing = operations / rate;
    moving = bytes / bandwidth;
    seconds.push_back(median(steps));
    shares.push_back(std::max(computing, moving) / seconds.back());
  }
  const double step = median(seconds);
  const nlohmann::ordered_json found = {{"precision", to_text(precision_of<F>)},
                                        {"in_degree", in_degree},
                                        {"samples", samples},
                                        {"groups", trainees.groups()},
                                        {"seconds_per_group", step / groups},
                                        {"operations_per_second", operations / step},
                                        {"bytes_per_second", bytes / step},
                                        {"limit", computing > moving ? "operations" : "bytes"},
                                        {"share_of_limit", median(shares)}};
  fmt::print("{:8s} {:5d} {:4d} {:10.3f} us {:8.1f} GFLOP/s {:7.1f} GB/s   {:4.2f} of the limit ({})\n",
             std::string(to_text(precision_of<F>)), in_degree, samples, 1e6 * step / groups, 1e-9 * operations / step,
             1e-9 * bytes / step, median(shares), computing > moving ? "operations" : "bytes");
  return found;
}

}  // namespace
}  // namespace fullforce

int main(int argc, char** argv) {
  using namespace fullforce;
  const Environment environment(&argc, &argv);
  Settings s;
  BenchOptions options("P R and the update of P of groups, against the machine");
  options.add("--in-degrees", s.in_degrees, "K");
  options.add("--samples", s.samples, "B");
  options.add("--bytes", s.bytes, "of all P together");
  options.add("--seconds", s.seconds, "for a point");
  options.add("--rounds", s.rounds, "of measurements of a point");
  options.add("--output", s.output, "JSON");
  if (const auto code = options.read(argc, argv)) return *code;
  nlohmann::ordered_json points;
  fmt::print("precision   K    B    time of a group\n");
  for (const Index in_degree : s.in_degrees)
    for (const Index samples : s.samples) {
      points.push_back(point<float>(in_degree, samples, s));
      points.push_back(point<double>(in_degree, samples, s));
    }
  if (!s.output.empty()) write_atomically(s.output, json_text(points, 1) + "\n");
  return 0;
}
