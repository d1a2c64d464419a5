// This program prints how fast the inverse correlation matrices and the weights of groups are multiplied and updated,
// with the kernels of GroupRls, and how that compares with what the machine allows. All threads work, each on groups of
// its own.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "fullforce/base/precision.hpp"
#include "fullforce/base/timer.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/learning/packed_gain.hpp"
#include "fullforce/linalg/kernels.hpp"
#include "fullforce/linalg/packed_symmetric.hpp"
#include "fullforce/parallel/threads.hpp"
#include "fullforce/run/json_text.hpp"
#include "fullforce/run/machine_probe.hpp"
#include "options.hpp"
#include "support/formula.hpp"

namespace fullforce {
namespace {

struct Settings {
  std::vector<Index> in_degrees{50, 100, 200, 500, 1000};
  std::vector<Index> samples{1, 4, 16, 64};
  std::vector<Index> neurons{100};
  double bytes = 256e6;  ///< of all P, or of all weights, together
  double seconds = 0.5;  ///< for a point
  Index rounds = 5;
  std::string output;
};

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

/// Matrices P of groups of one size, in training with the same samples again and again.
template <Real F>
class GroupsOfP {
 public:
  GroupsOfP(Index in_degree, Index samples, double bytes)
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

  double operations() const { return 3.0 * static_cast<double>(in_degree_ * in_degree_ * samples_ * groups_); }
  /// The bytes of P that move in a step: it is read, and now and then written.
  double bytes() const {
    const double steps = std::ceil(static_cast<double>(panel_) / static_cast<double>(samples_));
    return bytes_of_group() * (1.0 + 1.0 / steps) * static_cast<double>(groups_);
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

/// Weights of groups of one size, [neurons, K] each, in the same training: the response W R, and the update of W by the
/// left factors of errors and the new columns of P.
template <Real T>
class GroupsOfW {
 public:
  GroupsOfW(Index neurons, Index in_degree, Index samples, double bytes)
      : neurons_(neurons),
        in_degree_(in_degree),
        samples_(samples),
        groups_(std::max<Index>(thread_count(), static_cast<Index>(bytes / bytes_of_group()))),
        W_(groups_ * neurons, in_degree),
        rates_(padded<T>(in_degree) * packed_stride<T>(samples)),
        factors_(formula_matrix<T>(strip, samples, 0.1)),
        columns_(formula_matrix<T>(samples, in_degree, 1e-3)) {
    rates_.fill(T(0));
    std::fill_n(rates_.data(), in_degree * packed_stride<T>(samples), T(0.1));
    for (int t = 0; t < thread_count(); ++t) currents_.emplace_back(strip, padded<T>(samples));
  }

  Index groups() const { return groups_; }

  double step() {
    const Stopwatch clock;
    const Index stride = packed_stride<T>(samples_);
    const VectorOrder order = samples_ == 1 ? VectorOrder::by_vector : VectorOrder::side_by_side;
    for_each_in_parallel(groups_, [&](Index g) {
      for (Index done = 0; done < neurons_; done += strip) {
        const MatrixView<T> W = W_.from(g * neurons_ + done);
        const Index rows = std::min(strip, neurons_ - done);
        RowMatrix<T>& currents = currents_[as_size(thread_index())];
        kernels::multiply<T>(W, rows, in_degree_, {rates_.data(), stride, order}, samples_, currents.from(0));
        kernels::subtract_product<T>(W, rows, in_degree_, factors_.from(0), samples_, columns_.from(0));
      }
    });
    return clock.seconds();
  }

  double operations() const { return 4.0 * static_cast<double>(neurons_ * in_degree_ * samples_ * groups_); }
  /// Weights stay in a core's cache from the response to the update.
  double bytes() const { return 2.0 * bytes_of_group() * static_cast<double>(groups_); }

 private:
  static constexpr Index strip = 64;  ///< as in GroupRls
  double bytes_of_group() const { return static_cast<double>(neurons_ * row_stride<T>(in_degree_)) * sizeof(T); }

  Index neurons_;
  Index in_degree_;
  Index samples_;
  Index groups_;
  RowMatrix<T> W_;
  AlignedArray<T> rates_;
  RowMatrix<T> factors_;
  RowMatrix<T> columns_;
  std::vector<RowMatrix<T>> currents_;
};

/// One point. The limits are measured between the steps, because a machine that others use is not always as fast.
template <Real T, class Groups>
nlohmann::ordered_json point(Groups& groups, nlohmann::ordered_json found, const Settings& s) {
  groups.step();
  std::vector<double> shares, seconds;
  double computing = 0.0, moving = 0.0;
  for (Index k = 0; k < s.rounds; ++k) {
    const double rate = product_rate<T>(0.1 * s.seconds);
    const double bandwidth = read_rate(s.bytes / thread_count(), 0.1 * s.seconds);
    std::vector<double> steps;
    const Stopwatch clock;
    do steps.push_back(groups.step());
    while (clock.seconds() < s.seconds / static_cast<double>(s.rounds));
    computing = groups.operations() / rate;
    moving = groups.bytes() / bandwidth;
    seconds.push_back(median(steps));
    shares.push_back(std::max(computing, moving) / seconds.back());
  }
  const double step = median(seconds);
  found.update({{"groups", groups.groups()},
                {"seconds_per_group", step / static_cast<double>(groups.groups())},
                {"operations_per_second", groups.operations() / step},
                {"bytes_per_second", groups.bytes() / step},
                {"limit", computing > moving ? "operations" : "bytes"},
                {"share_of_limit", median(shares)}});
  fmt::print("{:10.3f} us {:8.1f} GFLOP/s {:7.1f} GB/s   {:4.2f} of the limit ({})\n",
             1e6 * step / static_cast<double>(groups.groups()), 1e-9 * groups.operations() / step,
             1e-9 * groups.bytes() / step, median(shares), computing > moving ? "operations" : "bytes");
  return found;
}

template <Real T>
void measure(Index in_degree, Index samples, const Settings& s, nlohmann::ordered_json& points) {
  const std::string precision(to_text(precision_of<T>));
  const auto heading = [&](const std::string& of) {
    fmt::print("{:8s} {:5d} {:4d}   {:24s}", precision, in_degree, samples, of);
    return nlohmann::ordered_json{{"precision", precision}, {"in_degree", in_degree}, {"samples", samples}, {"of", of}};
  };
  {
    GroupsOfP<T> groups(in_degree, samples, s.bytes);
    points.push_back(point<T>(groups, heading("P"), s));
  }
  for (const Index neurons : s.neurons) {
    GroupsOfW<T> groups(neurons, in_degree, samples, s.bytes);
    nlohmann::ordered_json found = heading(fmt::format("W of {} neuron{}", neurons, neurons == 1 ? "" : "s"));
    found["neurons"] = neurons;
    points.push_back(point<T>(groups, found, s));
  }
}

}  // namespace
}  // namespace fullforce

int main(int argc, char** argv) {
  using namespace fullforce;
  const Environment environment(&argc, &argv);
  Settings s;
  BenchOptions options("P R and W R of groups and the updates of P and W, against the machine");
  options.add("--in-degrees", s.in_degrees, "K");
  options.add("--samples", s.samples, "B");
  options.add("--neurons", s.neurons, "M, for the weights of groups", 1);
  options.add("--bytes", s.bytes, "of all P, or of all weights, together");
  options.add("--seconds", s.seconds, "for a point");
  options.add("--rounds", s.rounds, "of measurements of a point", 1);
  options.add("--output", s.output, "JSON");
  if (const auto code = options.read(argc, argv)) return *code;
  nlohmann::ordered_json points;
  fmt::print("precision   K    B   of                       time of a group\n");
  for (const Index in_degree : s.in_degrees)
    for (const Index samples : s.samples) {
      measure<float>(in_degree, samples, s, points);
      measure<double>(in_degree, samples, s, points);
    }
  if (!s.output.empty()) write_atomically(s.output, json_text(points, 1) + "\n");
  return 0;
}
