// This is the main function of every unit test. It runs GoogleTest on each rank of an MPI job and gives one verdict for
// all ranks.
//
// The tests of a floor are one program. With --source=x_test.cpp it runs those of that file alone.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

#include "fullforce/parallel/mpi.hpp"
#include "fullforce/parallel/waiting.hpp"

namespace {

using fullforce::Communicator;
using fullforce::Rank;

int to_int(Rank rank) { return static_cast<int>(rank); }

/// Keeps what failed on this rank, and marks every line with the rank. Only the root says that a test begins.
class RankListener : public testing::EmptyTestEventListener {
 public:
  explicit RankListener(const Communicator& comm) : comm_(comm) {}

  bool failed() const { return failed_; }
  int skipped() const { return skipped_; }

 private:
  void OnTestStart(const testing::TestInfo& info) override {
    if (!comm_.is_root()) return;
    std::printf("[ RUN  ] %s.%s\n", info.test_suite_name(), info.name());
    std::fflush(stdout);
  }

  // The failure is printed at once and not at the end. Another rank may be waiting in a collective, and then there is
  // no end.
  void OnTestPartResult(const testing::TestPartResult& part) override {
    if (!part.failed()) return;
    failed_ = true;
    std::ostringstream text;
    text << (part.file_name() ? part.file_name() : "unknown file") << ':' << part.line_number() << '\n'
         << part.message();
    print(text.str());
  }

  void OnTestEnd(const testing::TestInfo& info) override {
    if (info.result()->Skipped()) ++skipped_;
    const std::string name = std::string(info.test_suite_name()) + "." + info.name();
    if (info.result()->Failed())
      print("FAILED " + name);
    else if (comm_.is_root())
      std::printf("[   OK ] %s (%lld ms)\n", name.c_str(), static_cast<long long>(info.result()->elapsed_time()));
    std::fflush(stdout);
  }

  // Each text is written at once, so that lines of several ranks do not mix.
  void print(const std::string& text) const {
    std::ostringstream marked;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      marked << "[rank " << to_int(comm_.rank()) << " of " << comm_.size() << "] " << line << '\n';
    std::fputs(marked.str().c_str(), stderr);
    std::fflush(stderr);
  }

  const Communicator& comm_;
  bool failed_ = false;
  int skipped_ = 0;
};

/// The names of all tests that a source file defines, as a filter of GoogleTest. The text is empty if there are none.
std::string tests_of(const std::string& source) {
  const auto& all = *testing::UnitTest::GetInstance();
  std::string names;
  for (int s = 0; s < all.total_test_suite_count(); ++s) {
    const testing::TestSuite& suite = *all.GetTestSuite(s);
    for (int t = 0; t < suite.total_test_count(); ++t) {
      const testing::TestInfo& test = *suite.GetTestInfo(t);
      if (std::string_view(test.file()).ends_with("/" + source))
        names += std::string(suite.name()) + '.' + test.name() + ':';
    }
  }
  return names;
}

/// Selects the tests of the source file that the rest of the command line names, if it names one. GoogleTest has
/// removed its own options by then.
void select_tests(int argc, char** argv) {
  constexpr std::string_view option = "--source=";
  for (int k = 1; k < argc; ++k)
    if (std::string_view(argv[k]).starts_with(option)) testing::GTEST_FLAG(filter) = tests_of(argv[k] + option.size());
}

/// Returns 0 if this rank's tests ran and none failed, and 3 if no test ran.
int verdict(const RankListener& listener, int gtest_code) {
  const auto& all = *testing::UnitTest::GetInstance();
  if (gtest_code != 0 || listener.failed() || !all.Passed()) return 1;
  return all.test_to_run_count() - listener.skipped() > 0 ? 0 : 3;  // 3 says that no test ran
}

int run_tests(const Communicator& comm) {
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  delete listeners.Release(listeners.default_result_printer());
  // If every rank wrote the one XML file, they would overwrite each other.
  if (!comm.is_root()) delete listeners.Release(listeners.default_xml_generator());
  auto* listener = new RankListener(comm);  // GoogleTest deletes it when the process ends
  listeners.Append(listener);

  const int gtest_code = RUN_ALL_TESTS();
  const int mine = verdict(*listener, gtest_code);
  const auto code = static_cast<int>(comm.max(static_cast<std::int64_t>(mine)));
  const auto failed_ranks = comm.sum(static_cast<std::int64_t>(mine == 1));
  if (comm.is_root()) {
    if (code == 3) std::fprintf(stderr, "FAILED: no test ran on one or more ranks\n");
    if (failed_ranks > 0)
      std::fprintf(stderr, "FAILED on %lld of %d ranks\n", static_cast<long long>(failed_ranks), comm.size());
    if (code == 0)
      std::printf("PASSED %d tests on %d ranks\n", testing::UnitTest::GetInstance()->successful_test_count(),
                  comm.size());
    std::fflush(stdout);
  }
  comm.barrier();  // because a launcher may kill the rest as soon as one rank ends with an error
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  select_tests(argc, argv);
  if (testing::GTEST_FLAG(list_tests)) return RUN_ALL_TESTS();
  fullforce::Environment environment(&argc, &argv);
  fullforce::set_cores_are_shared(true);  // tests run side by side
  int code = 1;
  {
    const auto comm = Communicator::world();
    code = run_tests(comm);
  }
  return code;
}
