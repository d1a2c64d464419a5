// This program times whole training steps over N, B and precision, on the ranks and threads that it is started on. It
// compares them with what the machine gives these ranks and threads, measured in the same run. Every stream learns at
// every step, unless the command line says otherwise.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "blas.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/base/memory.hpp"
#include "fullforce/forecast/step_probe.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/parallel/threads.hpp"
#include "fullforce/run/json_text.hpp"
#include "fullforce/run/machine_probe.hpp"
#include "options.hpp"

namespace fullforce {
namespace {

struct Arguments {
  std::vector<Index> neurons = {1024};
  std::vector<Index> streams = {1, 16};
  std::vector<std::string> precisions = {"double", "single"};
  Index in_degree = 0;
  Index max_rank = 0;  ///< if 0, features are dense
  Index panel = LearningOptions{}.panel;
  double probability = 1.0;
  double seconds = 2.0;
  double bytes = 0x1p27;
  std::string output;
};

/// What all ranks and threads get from the machine together when nothing else is done.
struct Limits {
  double bandwidth = 0.0;   ///< bytes/s read from arrays beyond the caches
  double eigen[2] = {};     ///< operations/s of matrix products: double, single
  double openblas[2] = {};  ///< it is 0 without OpenBLAS

  double products(Precision precision) const {
    const bool single = precision == Precision::single_precision;
    return std::max(eigen[single], openblas[single]);
  }
  /// The time of so much work if it were all products of large matrices.
  double seconds_of_products(const Work& work) const {
    return (work.operations - work.double_operations) / products(Precision::single_precision) +
           work.double_operations / products(Precision::double_precision);
  }
};

#ifdef FULLFORCE_BENCH_OPENBLAS
/// Each rank runs OpenBLAS with the rank's threads on one product at a time.
template <Real T>
double blas_rate(double seconds) {
  openblas_set_num_threads(thread_count());
  constexpr int n = 1024;
  std::vector<T> a(n * n, T(0.5)), b(a), c(a);
  multiply_by_blas(n, n, n, a.data(), n, b.data(), n, c.data(), n);
  const Stopwatch clock;
  double done = 0.0;
  do {
    multiply_by_blas(n, n, n, a.data(), n, b.data(), n, c.data(), n);
    done += 2.0 * n * n * n;
  } while (clock.seconds() < seconds);
  return done / clock.seconds();
}
#endif

Limits measure(const Communicator& comm, const Arguments& arguments) {
  const double seconds = std::min(0.5, arguments.seconds);
  Limits limits;
  limits.bandwidth = together(comm, [&] { return read_rate(arguments.bytes, seconds); });
  limits.eigen[0] = together(comm, [&] { return product_rate<double>(seconds); });
  limits.eigen[1] = together(comm, [&] { return product_rate<float>(seconds); });
#ifdef FULLFORCE_BENCH_OPENBLAS
  limits.openblas[0] = together(comm, [&] { return blas_rate<double>(seconds); });
  limits.openblas[1] = together(comm, [&] { return blas_rate<float>(seconds); });
#endif
  return limits;
}

nlohmann::ordered_json limits_json(const Limits& limits) {
  nlohmann::ordered_json json = {
      {"read_gbytes_per_second", limits.bandwidth * 1e-9},
      {"eigen_gflops", {{"double", limits.eigen[0] * 1e-9}, {"single", limits.eigen[1] * 1e-9}}}};
  if (limits.openblas[0] > 0.0)
    json["openblas_gflops"] = {{"double", limits.openblas[0] * 1e-9}, {"single", limits.openblas[1] * 1e-9}};
  return json;
}

/// The time that the sweeps of a step would take at the limits, by region of the timer.
RegionSeconds limit_by_region(const Workload& w, const Limits& limits, int ranks) {
  RegionSeconds seconds{};
  const Extent extent{static_cast<double>(w.network.neurons), 1.0 / ranks};
  const StepAccount account = account_of_step(w.shape(1, 1), w, StepKind::training, extent);
  for (const MatrixSweep& sweep : account.sweeps())
    seconds[as_size(sweep.region)] +=
        sweep.elements() * std::max(sweep.bytes_of_element() / limits.bandwidth,
                                    2.0 * (sweep.vectors + sweep.columns) / limits.products(sweep.precision));
  return seconds;
}

/// One line of the table. peak_bytes is the memory of all ranks, over all points so far. With dense features a step
/// reads J_D, J and P, and a sample takes 10 N^2 operations. For low-rank features see step_work().
nlohmann::ordered_json time_point(const Communicator& comm, const Arguments& arguments, const Limits& limits,
                                  Index neurons, Index streams, Precision precision) {
  Workload w;
  w.network.neurons = neurons;
  w.streams = streams;
  w.learning.precision = precision;
  w.learning.update_probability = arguments.probability;
  w.learning.panel = arguments.panel;
  w.network.in_degree = arguments.in_degree;
  if (arguments.max_rank > 0) {
    w.learning.features = FeatureKind::low_rank;
    w.learning.max_rank = arguments.max_rank;
    w.learning.rank_tolerance = 1e-12;
  }
  const StepTimes times = time_steps(comm, w, arguments.seconds);
  const Work work = step_work(w, StepKind::training);
  const double elements = static_cast<double>(neurons) * static_cast<double>(neurons);
  const auto size = [](auto scalar) { return static_cast<double>(sizeof(scalar)); };
  const double of_elements = 2.0 * with_scalar(precision, size) + with_scalar_of_P(precision, size);
  const double bytes = (arguments.max_rank > 0 ? work.bytes : of_elements * elements) / times.seconds;
  const double operations = work.operations / times.seconds;
  nlohmann::ordered_json json = {{"neurons", neurons},
                                 {"streams", streams},
                                 {"precision", std::string(to_text(precision))},
                                 {"seconds_per_step", times.seconds},
                                 {"seconds_per_sample", times.seconds / static_cast<double>(streams)},
                                 {"windows", times.windows},
                                 {"gbytes_per_second", bytes * 1e-9},
                                 {"gflops", operations * 1e-9},
                                 {"peak_bytes", comm.sum(peak_memory())},
                                 {"fraction_of_bandwidth", bytes / limits.bandwidth},
                                 {"fraction_of_products", limits.seconds_of_products(work) / times.seconds}};
  const RegionSeconds least = limit_by_region(w, limits, comm.size());
  for (std::size_t p = 0; p < region_count; ++p) {
    json["phases"][std::string(names_of<TimerRegion>[p])] = times.regions[p];
    if (least[p] > 0.0) json["fraction_of_limit"][std::string(names_of<TimerRegion>[p])] = least[p] / times.regions[p];
  }
  return json;
}

void print_line(const nlohmann::ordered_json& point) {
  const auto& fractions = point["fraction_of_limit"];
  fmt::print("{:>7} {:>7} {:>9} {:12.4f} {:12.4f} {:8.2f} {:9.2f} {:10.2f} {:9.2f}   {:.2f} {:.2f} {:.2f}\n",
             point["neurons"].get<Index>(), point["streams"].get<Index>(), point["precision"].get<std::string>(),
             1e3 * point["seconds_per_step"].get<double>(), 1e3 * point["seconds_per_sample"].get<double>(),
             point["gbytes_per_second"].get<double>(), point["gflops"].get<double>(),
             point["fraction_of_bandwidth"].get<double>(), point["fraction_of_products"].get<double>(),
             fractions.value("target_network", 0.0), fractions.value("products", 0.0), fractions.value("updates", 0.0));
  std::fflush(stdout);
}

void run(const Communicator& comm, const Arguments& arguments) {
  const Limits limits = measure(comm, arguments);
  nlohmann::ordered_json report = {
      {"ranks", comm.size()}, {"threads", thread_count()}, {"limits", limits_json(limits)}};
  if (comm.is_root()) {
    fmt::print("{} rank(s) x {} thread(s): {}\n", comm.size(), thread_count(), json_text(report["limits"], -1));
    fmt::print(
        "neurons streams precision      ms/step    ms/sample     GB/s   GFLOP/s  of reading  of matmul   of the limit: "
        "target, products, updates\n");
  }
  for (const Index neurons : arguments.neurons)
    for (const std::string& name : arguments.precisions)
      for (const Index streams : arguments.streams) {
        const auto precision =
            static_cast<Precision>(std::ranges::find(names_of<Precision>, name) - names_of<Precision>.begin());
        report["points"].push_back(time_point(comm, arguments, limits, neurons, streams, precision));
        if (comm.is_root()) print_line(report["points"].back());
      }
  if (comm.is_root() && !arguments.output.empty()) write_atomically(arguments.output, json_text(report) + "\n");
}

}  // namespace
}  // namespace fullforce

int main(int argc, char** argv) {
  const fullforce::Environment environment(&argc, &argv);
  const auto comm = fullforce::Communicator::world();
  fullforce::Arguments arguments;
  fullforce::BenchOptions options("Training steps against what the machine gives");
  options.add("--neurons", arguments.neurons);
  options.add("--streams", arguments.streams);
  options.add("--precision", arguments.precisions, {"double", "single", "mixed"});
  options.add("--panel", arguments.panel);
  options.add("--in-degree", arguments.in_degree, "network.in_degree");
  options.add("--max-rank", arguments.max_rank, "low-rank learning of this rank; 0: dense");
  options.add("--probability", arguments.probability, "learning.update_probability", 0.0, 1.0);
  options.add("--seconds", arguments.seconds, "of each point");
  options.add("--bytes", arguments.bytes, "that each thread reads to find the bandwidth");
  options.add("--output", arguments.output, "JSON");
  if (const auto code = options.read(argc, argv)) return *code;
  fullforce::run(comm, arguments);
  return 0;
}
