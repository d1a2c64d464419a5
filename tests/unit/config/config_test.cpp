#include "fullforce/config/config.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fullforce/base/check.hpp"

namespace fullforce {
namespace {

std::string message_of(const std::string& text, const std::vector<std::string>& settings = {}) {
  try {
    parse_config(text, "c.toml", settings);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

std::string setting_message(const std::string& setting) { return message_of("", {setting}); }

TEST(Config, EmptyTextGivesTheDefaults) {
  EXPECT_TRUE(config_differences(parse_config("", "c.toml"), Config{}).empty());
}

TEST(Config, DefaultsRoundTrip) {
  for (const bool comments : {false, true}) {
    const Config read = parse_config(dump_config(Config{}, comments), "c.toml");
    EXPECT_TRUE(config_differences(read, Config{}).empty());
    EXPECT_EQ(dump_config(read), dump_config(Config{}));
  }
}

TEST(Config, AsJsonHasTypedValuesOfEveryKey) {
  Config config;
  config.network.dt = 0.1 / 3;
  config.task.file = "a \"b\".h5";
  const nlohmann::json json = nlohmann::json::parse(config_json(config));
  EXPECT_EQ(json["network"]["dt"].get<double>(), 0.1 / 3);
  EXPECT_TRUE(json["network"]["tau"].is_number_float());
  EXPECT_TRUE(json["run"]["seed"].is_number_integer());
  EXPECT_EQ(json["task"]["file"], "a \"b\".h5");
  std::size_t keys = 0;
  for (const auto& section : json) keys += section.size();
  const std::string toml = dump_config(config);
  EXPECT_EQ(keys, std::count(toml.begin(), toml.end(), '='));
}

TEST(Config, EveryBitOfAValueRoundTrips) {
  Config config;
  config.network.dt = 0.1 / 3;
  config.network.tau = 1e22;
  config.network.gain = 4e15;
  config.network.input_gain = -5e-324;
  config.run.seed = 9223372036854775807;
  config.run.output = "a \"quoted\" \\ path\twith \x01 and \u00e9 # no comment";
  config.task.hint = Hint::none;
  config.network.integrator = Integrator::exponential;
  config.learning.rule = Rule::force;
  config.learning.precision = Precision::single_precision;
  const Config read = parse_config(dump_config(config), "c.toml");
  EXPECT_TRUE(config_differences(read, config).empty());
  EXPECT_EQ(read.network.dt, config.network.dt);
  EXPECT_EQ(read.network.input_gain, config.network.input_gain);
  EXPECT_EQ(read.run.output, config.run.output);
  EXPECT_EQ(read.learning.precision, Precision::single_precision);
}

TEST(Config, DifferencesNameKeyAndBothValues) {
  Config other;
  other.network.dt = 0.002;
  other.task.name = "file";
  const auto differences = config_differences(Config{}, other);
  ASSERT_EQ(differences.size(), 2u);
  EXPECT_EQ(differences[0].key, "task.name");
  EXPECT_EQ(differences[0].first, "\"oscillation\"");
  EXPECT_EQ(differences[1].second, "0.002");
}

TEST(Config, SettingsGoOnTopAndTheLastOneWins) {
  const Config config =
      parse_config("[network]\nneurons = 50\ntau = 1\n", "c.toml",
                   {"network.neurons=60", "network.neurons = 70", "run.output=runs/a b", "task.name=file",
                    "task.file='t.h5'", "run.seed=0x10", "task.hint=false", "network.gain=2"});
  EXPECT_EQ(config.network.neurons, 70);
  EXPECT_EQ(config.network.tau, 1.0);
  EXPECT_EQ(config.run.output, "runs/a b");
  EXPECT_EQ(config.task.name, "file");
  EXPECT_EQ(config.task.file, "t.h5");
  EXPECT_EQ(config.task.test_file, "");
  EXPECT_EQ(config.run.seed, 16u);
  EXPECT_EQ(config.task.hint, Hint::none);
  EXPECT_EQ(config.network.gain, 2.0);
  EXPECT_EQ(parse_config("", "c.toml", {"run.output=2024"}).run.output, "2024");
}

TEST(Config, UnknownNamesGiveThePlaceAndTheNearestKnownOne) {
  EXPECT_EQ(message_of("[network]\ndt = 0.001\nneuron = 3\n"),
            "c.toml:3: unknown key network.neuron (the nearest known one is network.neurons)");
  EXPECT_EQ(message_of("[network]\nalpha = 1.0\n"),
            "c.toml:2: unknown key network.alpha (the nearest known one is learning.alpha)");
  EXPECT_EQ(message_of("\n[netwrok]\n"), "c.toml:2: unknown section [netwrok] (the nearest known one is [network])");
  EXPECT_EQ(message_of("seeed = 1\n"), "c.toml:1: seeed stands outside a section (the nearest known key is run.seed)");
  EXPECT_EQ(message_of("run = 1\n"), "c.toml:1: run = 1 (must be a section, written [run])");
  EXPECT_EQ(message_of("[[run]]\n"), "c.toml:1: run = [...] (must be a section, written [run])");
  EXPECT_EQ(setting_message("run.sed=1"), "--set: unknown key run.sed (the nearest known one is run.seed)");
  EXPECT_EQ(setting_message("rn.seed=1"), "--set: unknown section [rn] (the nearest known one is [run])");
}

TEST(Config, BrokenTextAndSettings) {
  EXPECT_EQ(message_of("[run]\nseed = \n").rfind("c.toml:2: not valid TOML: ", 0), 0u);
  EXPECT_EQ(message_of("[run]\nseed = 1\nseed = 2\n").rfind("c.toml:3: not valid TOML: ", 0), 0u);
  EXPECT_EQ(setting_message("run.seed"), "--set run.seed: expected section.key=value");
  EXPECT_EQ(setting_message("seed=1.5"), "--set seed=1.5: expected section.key=value");
  EXPECT_EQ(setting_message("network.dt=abc"), "--set: network.dt = abc (must be a number)");
  EXPECT_EQ(setting_message("run.seed=1\nv=2"), "--set: run.seed = 1\nv=2 (must be an integer)");
  EXPECT_EQ(setting_message("run.output=\xff\xfe").rfind("--set: run.output = ", 0), 0u);
}

TEST(Config, WrongTypes) {
  EXPECT_EQ(message_of("[network]\nneurons = 3.0\n"), "c.toml:2: network.neurons = 3.0 (must be an integer)");
  EXPECT_EQ(message_of("[network]\ndt = true\n"), "c.toml:2: network.dt = true (must be a number)");
  EXPECT_EQ(message_of("[network]\ngain = \"1\"\n"), "c.toml:2: network.gain = \"1\" (must be a number)");
  EXPECT_EQ(message_of("[task]\nhint = 1\n"), "c.toml:2: task.hint = 1 (must be a string in quotes, true or false)");
  EXPECT_EQ(message_of("[run]\noutput = 1\n"), "c.toml:2: run.output = 1 (must be a string in quotes)");
  EXPECT_EQ(message_of("[run]\nseed = [1]\n"), "c.toml:2: run.seed = [...] (must be an integer)");
  EXPECT_EQ(message_of("[run.seed]\n"), "c.toml:1: run.seed = {...} (must be an integer)");
  EXPECT_EQ(message_of("[run]\nseed = 2020-01-01\n"), "c.toml:2: run.seed = 2020-01-01 (must be an integer)");
}

TEST(Config, Ranges) {
  EXPECT_EQ(message_of("[network]\nneurons = -3\n"), "c.toml:2: network.neurons = -3 (must be from 2 to 100000000)");
  const std::vector<std::vector<std::string>> wrong = {
      {"network.neurons", "1", "must be from 2 to 100000000"},
      {"network.dt", "0.0", "must be positive"},
      {"network.dt", "nan", "must be finite"},
      {"network.tau", "inf", "must be finite"},
      {"network.tau", "-1.0", "must be positive"},
      {"network.gain", "-0.5", "must not be negative"},
      {"network.noise", "-0.5", "must not be negative"},
      {"network.input_gain", "inf", "must be finite"},
      {"network.output_gain", "nan", "must be finite"},
      {"network.hint_gain", "-inf", "must be finite"},
      {"run.seed", "-1", "must be at least 0"},
      {"run.streams", "0", "must be from 1 to 64"},
      {"run.streams", "65", "must be from 1 to 64"},
      {"run.init_trials", "-1", "must be at least 0"},
      {"run.train_trials", "-1", "must be at least 0"},
      {"run.test_trials", "-1", "must be at least 0"},
      {"run.output", "\"\"", "must not be empty"},
      {"task.version", "3", "must be from 1 to 2"},
      {"task.file", "\"\"", "must not be empty"},
      {"task.test_file", "\"~/t.h5\"",
       "must not begin with ~, which only a shell expands: write the folder out, or ./~ for that very name"},
      {"learning.alpha", "0.0", "must be positive"},
      {"learning.update_probability", "1.5", "must be from 0 to 1"},
      {"learning.update_probability", "nan", "must be from 0 to 1"},
      {"learning.panel", "0", "must be from 1 to 4096"},
      {"learning.panel", "4097", "must be from 1 to 4096"},
      {"learning.rank_tolerance", "0.0", "must be positive and below 1"},
      {"learning.rank_tolerance", "5.0", "must be positive and below 1"},
      {"learning.max_rank", "0", "must be at least 1"},
      {"checkpoint.every_minutes", "-1.0", "must not be negative"},
      {"checkpoint.every_trials", "-1", "must be at least 0"},
      {"checkpoint.keep", "0", "must be at least 1"},
  };
  for (const auto& w : wrong)
    EXPECT_EQ(setting_message(w[0] + "=" + w[1]), "--set: " + w[0] + " = " + w[1] + " (" + w[2] + ")");
}

TEST(Config, Words) {
  EXPECT_EQ(message_of("[learning]\nrule = \"ful-force\"\n"),
            "c.toml:2: learning.rule = \"ful-force\" (must be one of \"full-force\", \"force\"; the nearest is "
            "\"full-force\")");
  EXPECT_EQ(setting_message("network.integrator=eulr"),
            "--set: network.integrator = \"eulr\" (must be one of \"euler\", \"exponential\"; the "
            "nearest is \"euler\")");
  EXPECT_NE(setting_message("task.name=oscilation").find("the nearest is \"oscillation\""), std::string::npos);
}

TEST(Config, ANeuronHasFewerInputsThanThereAreNeurons) {
  EXPECT_EQ(message_of("[network]\nin_degree = 300\n"),
            "c.toml:2: network.in_degree = 300 (must be at most network.neurons - 1 = 299; 0 = dense)");
  EXPECT_EQ(parse_config("[network]\nin_degree = 299\n", "c.toml").network.in_degree, 299);
  EXPECT_EQ(
      message_of("[learning]\nsigns = \"dale\"\n"),
      "c.toml:2: learning.signs = \"dale\" (needs learning.features = \"sparse\"; with learning.plastic_in_degree and "
      "learning.group = network.neurons = 300 all neurons read all others, as with dense features)");
  EXPECT_EQ(
      message_of("[network]\nstatic_in_degree = 300\n"),
      "c.toml:2: network.static_in_degree = 300 (must be at most network.neurons - 1 = 299; 0 = no static weights)");
  EXPECT_EQ(message_of("[learning]\nfeatures = \"sparse\"\ntarget_modes = 3\n"),
            "c.toml:3: learning.target_modes = 3 (must be 0 with learning.features = \"sparse\", where every group of "
            "neurons learns by itself)");
  EXPECT_EQ(message_of("[learning]\nforgetting = 1.5\n"),
            "c.toml:2: learning.forgetting = 1.5 (must be positive and at most 1)");
}

TEST(Config, RandomRowsNeedWeightsThatCanHoldThem) {
  for (const char* wrong : {"0.0", "1.5", "-0.5"})
    EXPECT_EQ(message_of(fmt::format("[learning]\nplastic_fraction = {}\n", wrong)).substr(0, 35),
              "c.toml:2: learning.plastic_fraction");
  const std::string some = "[learning]\nplastic_fraction = 0.25\n";
  EXPECT_EQ(
      message_of(some + "features = \"low-rank\"\n"),
      "c.toml:2: learning.plastic_fraction = 0.25 with learning.features = \"low-rank\" (must be 1: the weights of "
      "the other neurons are random, which needs \"dense\" or \"sparse\" features without target modes)");
  EXPECT_NE(message_of(some + "target_modes = 3\n").find("0.25 with learning.target_modes = 3 (must be 1"),
            std::string::npos);
  for (const char* right : {"", "features = \"sparse\"\n", "features = \"low-rank\"\nrule = \"force\"\n"})
    EXPECT_EQ(parse_config(some + right, "c.toml").learning.plastic_fraction, 0.25);
  const std::string rates = "[task]\nname = \"file\"\nfile = \"t.h5\"\ntarget = \"rates\"\n[learning]\n";
  EXPECT_NE(message_of(rates + "features = \"low-rank\"\n").find("only \"dense\" or \"sparse\" weights"),
            std::string::npos);
  EXPECT_EQ(parse_config(rates + "features = \"sparse\"\n", "c.toml").task.target, TargetSource::rates);
}

/// A network file may come from a program that took such paths.
TEST(Config, PathsOfASealedConfigurationAreTakenAsTheyAre) {
  const std::string text = "[run]\noutput = \"~/x\"\n[task]\nfile = \"$DATA/t.h5\"\n";
  EXPECT_NE(message_of(text), "no error");
  const Config sealed = parse_sealed_config(text, "network.h5");
  EXPECT_EQ(sealed.run.output, "~/x");
  EXPECT_EQ(sealed.task.file, "$DATA/t.h5");
  EXPECT_THROW(parse_sealed_config("[network]\nneurons = 0\n", "network.h5"), InputError);
}

TEST(Config, EulerNeedsAStepBelowTwoTau) {
  EXPECT_EQ(
      message_of("[network]\ntau = 0.5\ndt = 1.0\n"),
      "c.toml:3: network.dt = 1 (must be less than 2 tau = 1, beyond which integrator \"euler\" is unstable; make dt "
      "smaller or use \"exponential\")");
  EXPECT_EQ(message_of("[network]\ntau = 0.5\ndt = 1.0\nintegrator = \"exponential\"\n"), "no error");
}

}  // namespace
}  // namespace fullforce
