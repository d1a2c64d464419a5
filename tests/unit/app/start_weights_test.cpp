#include "start_weights.hpp"

#include <gtest/gtest.h>

#include "fullforce/base/check.hpp"
#include "fullforce/io/sealed_file.hpp"
#include "fullforce/run/session.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fullforce {
namespace {

/// Writes the network of a configuration, with P or without. **Collective.**
void write_network(const Communicator& comm, const Config& config, bool with_P, const std::string& path) {
  const std::unique_ptr<Task> task = make_task(config.task, config.network.dt, config.run.seed);
  Session<double> session(comm, *task, {config.network, config.learning, 1, config.run.seed}, with_P);
  session.start_training(training_schedule(config.run), config.run.seed);
  session.save(path, {dump_config(config), "{}"}, true);
}

Config small_config() { return parse_config("[network]\nneurons = 24\ndt = 0.01\n", "test"); }

TEST(StartWeights, WithoutAFileThereIsNothingToSay) {
  EXPECT_EQ(check_start_weights(Communicator::world(), small_config(), {1, 1, 0}), "");
}

TEST(StartWeights, TheSourceIsThePathAndTheFingerprintOfTheSeal) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  const std::string path = (folder / "network.h5").string();
  Config config = small_config();
  write_network(comm, config, true, path);
  config.run.start_from = path;
  const std::string source = check_start_weights(comm, config, {1, 1, 0});
  EXPECT_NE(source.find(path), source.npos) << source;
  EXPECT_NE(source.find(seal_fingerprint(path)), source.npos) << source;
  EXPECT_EQ(seal_fingerprint(path).size(), 16u);
}

TEST(StartWeights, PCanBeKeptOnlyWhereTheFileHasIt) {
  const Communicator comm = Communicator::world();
  const TemporaryFolder folder(comm);
  const std::string path = (folder / "network.h5").string();
  Config config = small_config();
  write_network(comm, config, false, path);
  config.run.start_from = path;
  EXPECT_NE(check_start_weights(comm, config, {1, 1, 0}), "");
  config.run.keep_P = true;
  EXPECT_EQ(message_of<InputError>([&] {
              check_start_weights(comm, config, {1, 1, 0});
            }),
            "run.start_from: run.keep_P = true, but " + path +
                " holds no inverse correlation matrix P (use run.keep_P = false, or a file that training wrote)");
}

}  // namespace
}  // namespace fullforce
