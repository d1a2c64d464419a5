#include "cli.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <sstream>

#include "fullforce/base/check.hpp"
#include "fullforce/base/path_text.hpp"
#include "fullforce/base/utf8.hpp"
#include "result_stream.hpp"

namespace fullforce {
namespace {

/// Reads the whole of `text` as a number, or returns nothing. CLI11's own conversion reads 010 as eight and lets
/// overflow pass.
template <class T>
std::optional<T> to_number(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Adds an option that takes an integer of at least `low`.
template <class Target>
CLI::Option* add_count(CLI::App& app, const std::string& name, Target& target, Index low, const std::string& help,
                       Index high = std::numeric_limits<Index>::max()) {
  const auto read = [name, &target, low, high](const std::string& text) {
    const auto value = to_number<Index>(text);
    if (!value || *value < low || *value > high)
      throw CLI::ValidationError(
          fmt::format("{} {} (must be an integer of at least {}{})", name, text, low,
                      high < std::numeric_limits<Index>::max() ? fmt::format(", at most {}", high) : ""));
    using Value = std::remove_cvref_t<decltype(std::optional(target).value())>;
    target = static_cast<Value>(*value);
  };
  return app.add_option_function<std::string>(name, read, help);
}

/// Adds an option that takes a finite number which is not negative.
CLI::Option* add_amount(CLI::App& app, const std::string& name, std::optional<double>& target,
                        const std::string& help) {
  const auto read = [name, &target](const std::string& text) {
    const auto value = to_number<double>(text);
    if (!value || !std::isfinite(*value) || *value < 0)
      throw CLI::ValidationError(fmt::format("{} {} (must be a number of at least 0)", name, text));
    target = *value;
  };
  return app.add_option_function<std::string>(name, read, help);
}

/// Adds an option that takes finite numbers with commas between them.
CLI::Option* add_numbers(CLI::App& app, const std::string& name, std::optional<std::vector<double>>& target,
                         const std::string& help) {
  const auto read = [name, &target](const std::string& text) {
    std::vector<double> values;
    std::istringstream parts(text + ',');
    for (std::string part; std::getline(parts, part, ',');) {
      const auto value = to_number<double>(part);
      if (!value || !std::isfinite(*value))
        throw CLI::ValidationError(fmt::format("{} {} (must be numbers with commas between them)", name, text));
      values.push_back(*value);
    }
    target = values;
  };
  return app.add_option_function<std::string>(name, read, help);
}

std::string complaint_of_text(std::string_view text) { return text.empty() ? "must not be empty" : ""; }

/// Adds an option that takes a text of which `complaint` says nothing. By default it is any text that is not empty.
template <class Target>
CLI::Option* add_text(CLI::App& app, const std::string& name, Target& target, const std::string& help,
                      std::string (*complaint)(std::string_view) = complaint_of_text) {
  const auto read = [name, &target, complaint](const std::string& text) {
    if (const std::string wrong = complaint(text); !wrong.empty())
      throw CLI::ValidationError(fmt::format("{}{}{} ({})", name, text.empty() ? "" : " ", text, wrong));
    target = text;
  };
  return app.add_option_function<std::string>(name, read, help);
}

/// Adds an option that takes the path of a file or folder. What a shell would have expanded is refused.
template <class Target>
CLI::Option* add_path(CLI::App& app, const std::string& name, Target& target, const std::string& help) {
  return add_text(app, name, target, help, path_complaint);
}

void add_threads(CLI::App& app, std::optional<int>& threads) {
  add_count(app, "--threads", threads, 1, "threads of each rank; otherwise OMP_NUM_THREADS", 1024);
}

void add_settings(CLI::App& app, std::vector<std::string>& settings) {
  app.add_option("--set", settings, "section.key=value on top of the configuration; may be repeated")
      ->allow_extra_args(false);
}

/// What the command line asks for. It names at most one command or flag.
class CommandLine {
 public:
  explicit CommandLine(const Communicator& comm) : comm_(comm) {
    app_.require_subcommand(0, 1);
    app_.add_flag("--version", version_, "print what this program was made from and with");
    app_.add_flag("--dump-defaults", dump_defaults_, "print a configuration with every key");
    add_train();
    add_test();
    add_analyze();
    add_trials();
    add_info();
    add_plan();
  }

  int run(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return answer(error);
    }
    require(action_ == nullptr || !(version_ || dump_defaults_),
            "{} prints and does nothing else (leave it or the command out)",
            version_ ? "--version" : "--dump-defaults");
    if (version_) return answer(version_text());
    if (dump_defaults_) return answer(dump_config(Config{}, true));
    require(action_ != nullptr, "no command (see fullforce --help)");
    return action_();
  }

 private:
  void add_train() {
    CLI::App& app = add("train", "train a network", [this] {
      train_.threads_are_free = !choose_threads(comm_, train_.threads);
      return train_command(comm_, train_);
    });
    add_text(app, "CONFIG", train_.config, "configuration, TOML")->required();
    add_settings(app, train_.settings);
    add_path(app, "--output", train_.output, "folder of the results, instead of run.output");
    add_path(app, "--restart", train_.restart, "auto (the newest good checkpoint, if any), never, or a checkpoint");
    add_count(app, "--max-steps", train_.max_steps, 0, "stop with a checkpoint after this step of the run");
    add_amount(app, "--max-hours", train_.max_hours, "stop with a checkpoint before this many hours");
    app.add_flag("--dry-run", train_.dry_run, "check everything, compute nothing");
    app.add_flag("--quiet", train_.quiet, "no progress");
    app.add_flag("--no-target", train_.no_target, "leave the target-generating weights out of network.h5");
    add_threads(app, train_.threads);
  }

  void add_test() {
    CLI::App& app = add("test", "test a trained network", [this] {
      choose_threads(comm_, test_.threads);
      return test_command(comm_, test_);
    });
    add_text(app, "NETWORK", test_.network, "network.h5 or a checkpoint")->required();
    add_count(app, "--trials", test_.trials, 1, "number of trials, instead of run.test_trials");
    add_amount(app, "--noise", test_.noise, "eta, instead of network.noise");
    add_count(app, "--seed", test_.seed, 0, "instead of run.seed");
    add_path(app, "--trials-file", test_.trials_file, "trials to test on, instead of those of the network's task");
    add_path(app, "--record", test_.record, "file for outputs and rates, HDF5");
    add_text(app, "--neurons", test_.neurons,
             "which to record: all, a list such as 0,5,9, or how many, 10 if not given");
    app.add_flag("--states", test_.states, "record the states of these neurons in both networks, too");
    app.add_flag("--currents", test_.currents, "record their recurrent currents and the targets of these, too");
    add_path(app, "--output", test_.output, "file for the scores, JSON");
    add_threads(app, test_.threads);
  }

  void add_analyze() {
    CLI::App& app = add(
        "analyze",
        "eigenvalues, principal components, Lyapunov exponents, fixed points, currents between regions of a trained "
        "network",
        [this] {
          choose_threads(comm_, analyze_.threads);
          return analyze_command(comm_, analyze_);
        });
    add_text(app, "NETWORK", analyze_.network, "network.h5 or a checkpoint; may be left out with --explain alone");
    app.add_flag("--eigenvalues", analyze_.eigenvalues, "of the recurrent weights of both networks");
    app.add_flag("--pca", analyze_.pca, "principal components of the rates of both networks");
    add_count(app, "--lyapunov", analyze_.lyapunov, 1, "so many Lyapunov exponents of both networks");
    app.add_flag("--fixed-points", analyze_.fixed_points, "fixed and slow points under a constant input");
    add_path(app, "--currents", analyze_.currents, "TOML file of named groups of neurons: the currents between them");
    add_count(app, "--starts", analyze_.starts, 1,
              "states of the run from which fixed points are looked for, 64 if not given", 10'000);
    add_numbers(app, "--input", analyze_.input, "v1,v2,...: the constant input of the fixed points, zero if not given");
    app.add_flag("--explain", analyze_.explain, "print what each number means, instead of JSON");
    app.add_flag("--autonomous", analyze_.autonomous, "run the networks with all signals zero");
    add_count(app, "--trials", analyze_.trials, 1, "length of the run, 10 trials if not given");
    add_amount(app, "--noise", analyze_.noise, "eta, instead of network.noise");
    add_count(app, "--seed", analyze_.seed, 0, "instead of run.seed");
    add_path(app, "--trials-file", analyze_.trials_file, "trials to run on, instead of those of the network's task");
    add_path(app, "--output", analyze_.output, "file for all results, HDF5; their summary goes beside it, JSON");
    add_threads(app, analyze_.threads);
  }

  void add_trials() {
    CLI::App& app = add("trials", "write the trials that a task makes", [this] {
      choose_threads(comm_, trials_.threads);
      return trials_command(comm_, trials_);
    });
    add_text(app, "CONFIG", trials_.config, "configuration, TOML")->required();
    add_settings(app, trials_.settings);
    add_count(app, "--count", trials_.count, 1, "number of trials", 100'000)->required();
    add_path(app, "--output", trials_.output, "file, HDF5")->required();
    add_threads(app, trials_.threads);
  }

  void add_info() {
    CLI::App& app = add("info", "say what a file or a folder of results is", [this] {
      choose_threads(comm_, info_.threads);
      return info_command(comm_, info_);
    });
    add_text(app, "PATH", info_.path, "file or folder")->required();
    add_threads(app, info_.threads);
  }

  void add_plan() {
    CLI::App& app = add("plan", "say what a run will need, before anything is allocated", [this] {
      plan_.threads_are_free = !choose_threads(comm_, plan_.threads);
      return plan_command(comm_, plan_);
    });
    add_text(app, "CONFIG", plan_.config, "configuration, TOML");
    add_settings(app, plan_.settings);
    add_count(app, "--ranks", plan_.ranks, 1, "ranks to plan for; otherwise those that this command runs on", 1 << 20);
    add_threads(app, plan_.threads);
    app.add_flag("--calibrate", plan_.calibrate,
                 "measure this machine first, on the ranks and threads that this command runs on");
    add_path(app, "--machine", plan_.machine,
             "file of the machine's constants; otherwise fullforce-machine.json, if it is there");
    add_path(app, "--output", plan_.output, "file for the plan, JSON");
  }

  CLI::App& add(const std::string& name, const std::string& help, std::function<int()> action) {
    CLI::App& app = *app_.add_subcommand(name, help);
    app.callback([this, action = std::move(action)] { action_ = action; });
    return app;
  }

  // CLI11 throws an error for a request for help, too.
  int answer(const CLI::ParseError& error) const {
    const bool wrong = error.get_exit_code() != 0;
    if (wrong) throw InputError(fmt::format("{} (see fullforce --help)", error.what()));
    std::ostringstream help;
    app_.exit(error, help, help);
    return answer(help.str());
  }

  int answer(const std::string& text) const {
    print_result(comm_, text);
    return 0;
  }

  const Communicator& comm_;
  CLI::App app_{"fullforce: trains recurrent networks of rate neurons with full-FORCE", "fullforce"};
  bool version_ = false;
  bool dump_defaults_ = false;
  TrainArguments train_;
  TestArguments test_;
  AnalyzeArguments analyze_;
  TrialsArguments trials_;
  InfoArguments info_;
  PlanArguments plan_;
  std::function<int()> action_;
};

}  // namespace

int run_command_line(const Communicator& comm, int argc, const char* const* argv) {
  // Arguments become part of configurations (TOML) and summaries (JSON), which other programs must be able to read.
  for (int k = 1; k < argc; ++k)
    require(is_utf8(argv[k]), "the argument {} is not valid UTF-8 (rename the file, or write the text in UTF-8)",
            printable(argv[k]));
  return CommandLine(comm).run(argc, argv);
}

}  // namespace fullforce
