#include "fullforce/base/memory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <new>
#include <string>
#include <vector>

#include "fullforce/base/check.hpp"

namespace fullforce {
namespace {

constexpr Index MiB = Index{1} << 20;

/// A system that is made up: a folder that takes the place of the root folder.
class MadeUpSystem : public testing::Test {
 protected:
  MadeUpSystem() {
    std::string name = (std::filesystem::temp_directory_path() / "fullforce-XXXXXX").string();
    if (::mkdtemp(name.data())) root_ = name;
    write("proc/meminfo", "MemTotal:  8388608 kB\nMemFree:  1 kB\nMemAvailable:  4194304 kB\n");
  }
  ~MadeUpSystem() override {
    std::error_code ignored;
    if (!root_.empty()) std::filesystem::remove_all(root_, ignored);
  }

  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

  /// A group of version 1, of which so many bytes are used, page cache included.
  void group_1(const std::string& folder, Index limit, Index used, Index cache = 0) const {
    write(folder + "/memory.limit_in_bytes", std::to_string(limit) + "\n");
    write(folder + "/memory.usage_in_bytes", std::to_string(used) + "\n");
    write(folder + "/memory.stat", "cache 1\ninactive_file 5\ntotal_inactive_file " + std::to_string(cache / 2) +
                                       "\ntotal_active_file " + std::to_string(cache - cache / 2) + "\n");
  }

  /// A group of version 2.
  void group_2(const std::string& folder, const std::string& max, Index used, Index cache = 0,
               const std::string& high = "max") const {
    write(folder + "/memory.max", max + "\n");
    write(folder + "/memory.high", high + "\n");
    write(folder + "/memory.current", std::to_string(used) + "\n");
    write(folder + "/memory.stat", "anon 7\ninactive_file " + std::to_string(cache / 2) + "\nactive_file " +
                                       std::to_string(cache - cache / 2) + "\n");
  }

  /// Version 2 alone, with the process in the group /slurm/job_7/step_0.
  void version_2() const {
    write("proc/self/cgroup", "0::/slurm/job_7/step_0\n");
    write("proc/self/mountinfo",
          "22 1 0:21 / /proc rw,nosuid - proc proc rw\n"
          "30 1 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
  }

  MemoryLimit node() const { return memory_limit_of_node(root_); }
  const std::filesystem::path& root() const { return root_; }

 private:
  std::filesystem::path root_;
};

TEST_F(MadeUpSystem, WithoutGroupsTheNodeItselfIsTheLimit) {
  EXPECT_EQ(node().left, 4096 * MiB);
  EXPECT_EQ(node().bytes, 8192 * MiB);
  EXPECT_NE(node().name.find("node (8 GiB)"), std::string::npos) << node().name;
  EXPECT_EQ(memory_of_node(root()), 8192 * MiB);
}

TEST_F(MadeUpSystem, TheGroupOfTheProcessBinds) {
  version_2();
  group_2("sys/fs/cgroup/slurm/job_7/step_0", std::to_string(1000 * MiB), 300 * MiB);
  EXPECT_EQ(node().left, 700 * MiB);
  EXPECT_NE(node().name.find("/slurm/job_7/step_0 (memory.max = 1000 MiB)"), std::string::npos) << node().name;
  EXPECT_EQ(memory_of_node(root()), 1000 * MiB);
}

TEST_F(MadeUpSystem, AParentBindsToo) {
  version_2();
  group_2("sys/fs/cgroup/slurm/job_7/step_0", "max", 300 * MiB);
  group_2("sys/fs/cgroup/slurm/job_7", std::to_string(800 * MiB), 300 * MiB);
  group_2("sys/fs/cgroup/slurm", "max", 300 * MiB);
  EXPECT_EQ(node().left, 500 * MiB);
  EXPECT_NE(node().name.find("control group /slurm/job_7 ("), std::string::npos) << node().name;
}

TEST_F(MadeUpSystem, OtherGroupsDoNotBind) {
  version_2();
  group_2("sys/fs/cgroup/slurm/job_8", std::to_string(1 * MiB), 0);
  group_2("sys/fs/cgroup/slurm/job_7/step_0/task_1", std::to_string(1 * MiB), 0);
  EXPECT_EQ(node().left, 4096 * MiB);
}

TEST_F(MadeUpSystem, PageCacheIsNotUsed) {
  version_2();
  group_2("sys/fs/cgroup/slurm/job_7", std::to_string(1000 * MiB), 990 * MiB, 800 * MiB);
  EXPECT_EQ(node().left, 810 * MiB);
}

TEST_F(MadeUpSystem, WhatThrottlesIsALimit) {
  version_2();
  group_2("sys/fs/cgroup/slurm/job_7", std::to_string(1000 * MiB), 100 * MiB, 0, std::to_string(600 * MiB));
  EXPECT_EQ(node().left, 500 * MiB);
  EXPECT_NE(node().name.find("memory.high"), std::string::npos) << node().name;
}

TEST_F(MadeUpSystem, AGroupBeyondItsLimitLeavesNothing) {
  version_2();
  group_2("sys/fs/cgroup/slurm", std::to_string(100 * MiB), 200 * MiB);
  EXPECT_EQ(node().left, 0);
}

class MadeUpVersion1 : public MadeUpSystem {
 protected:
  /// Hybrid: the hierarchy of version 2 has no limits on memory.
  MadeUpVersion1() {
    write("proc/self/cgroup", "9:name=systemd:/memory\n5:cpu,cpuacct:/\n4:memory:/job/a b\n0::/other\n");
    write("proc/self/mountinfo",
          "31 1 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
          "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
          "35 31 0:32 / /sys/fs/cgroup/the\\040memory rw master:1 - cgroup cgroup rw,memory\n"
          "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  }
  static constexpr const char* own = "sys/fs/cgroup/the memory/job/a b";
  static constexpr const char* parent = "sys/fs/cgroup/the memory/job";
  static constexpr Index none = 0x7FFFFFFFFFFFF000;
};

TEST_F(MadeUpVersion1, TheGroupAndItsParentsBind) {
  group_1(own, none, 0);
  EXPECT_EQ(node().left, 4096 * MiB);
  group_1(own, 1000 * MiB, 300 * MiB, 100 * MiB);
  EXPECT_EQ(node().left, 800 * MiB);
  EXPECT_NE(node().name.find("/job/a b (memory.limit_in_bytes"), std::string::npos) << node().name;
  group_1(parent, 900 * MiB, 300 * MiB, 100 * MiB);
  EXPECT_EQ(node().left, 700 * MiB);
}

TEST_F(MadeUpVersion1, AParentWithoutHierarchyDoesNotBind) {
  group_1(own, 1000 * MiB, 0);
  group_1(parent, 10 * MiB, 0);
  write(std::string(parent) + "/memory.use_hierarchy", "0\n");
  EXPECT_EQ(node().left, 1000 * MiB);
  write(std::string(parent) + "/memory.use_hierarchy", "1\n");
  EXPECT_EQ(node().left, 10 * MiB);
}

/// In a container the path of the group is that of the host, while only the group itself is mounted.
TEST_F(MadeUpSystem, InAContainerTheMountedGroupBinds) {
  write("proc/self/cgroup", "4:memory:/docker/0123\n");
  write("proc/self/mountinfo", "35 31 0:32 /docker/0123 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
  group_1("sys/fs/cgroup/memory", 1000 * MiB, 0);
  EXPECT_EQ(node().left, 1000 * MiB) << "the mount begins at the group";
  write("proc/self/mountinfo", "35 31 0:32 /elsewhere /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
  EXPECT_EQ(node().left, 1000 * MiB) << "the path is not below the root of the mount";
  write("proc/self/mountinfo", "35 31 0:32 / /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
  EXPECT_EQ(node().left, 1000 * MiB) << "there is no such folder here";
}

/// The path begins with /.. where the process was moved out of the group at which its namespace begins.
TEST_F(MadeUpSystem, APathOutsideOfTheNamespaceIsNotFollowed) {
  write("proc/self/cgroup", "0::/../other\n");
  write("proc/self/mountinfo", "30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n");
  group_2("sys/fs/other", std::to_string(1 * MiB), 0);
  group_2("sys/fs/cgroup", std::to_string(1000 * MiB), 0);
  EXPECT_EQ(node().left, 1000 * MiB);
}

TEST_F(MadeUpSystem, UlimitsBindTheProcess) {
  EXPECT_EQ(address_space_limit(root()).left, unlimited_bytes);
  write("proc/self/status", "Name:\tfullforce\nVmPeak:\t 9999 kB\nVmSize:\t 1024 kB\nVmData:\t 2048 kB\n");
  write("proc/self/limits",
        "Limit                     Soft Limit           Hard Limit           Units     \n"
        "Max data size             8388608              unlimited            bytes     \n"
        "Max address space         unlimited            unlimited            bytes     \n");
  EXPECT_EQ(address_space_limit(root()).left, unlimited_bytes);
  EXPECT_EQ(data_limit(root()).left, 6 * MiB);
  EXPECT_NE(data_limit(root()).name.find("ulimit -d = 8 MiB"), std::string::npos) << data_limit(root()).name;
  write("proc/self/limits", "Max address space         4194304              unlimited            bytes\n");
  EXPECT_EQ(address_space_limit(root()).left, 3 * MiB);
}

TEST(Memory, ThisSystemHasSomeLeft) {
  EXPECT_GT(memory_limit_of_node().left, 0);
  EXPECT_GT(memory_of_node(), memory_limit_of_node().left / 2);
  EXPECT_GT(peak_memory(), 0);
}

TEST_F(MadeUpSystem, TheNearestLimitLeavesLeast) {
  EXPECT_EQ(nearest_memory_limit(root()).left, 4096 * MiB);
  write("proc/self/status", "VmSize:\t 1024 kB\nVmData:\t 2048 kB\n");
  write("proc/self/limits", "Max data size  8388608  unlimited  bytes\nMax address space  4194304  unlimited  bytes\n");
  EXPECT_EQ(nearest_memory_limit(root()).left, 3 * MiB);
}

TEST(Memory, AnAllocationThatFailsIsASentence) {
  const auto text_of_error = [](const auto& work) -> std::string {
    try {
      work();
    } catch (const std::exception& error) {
      return text_of(error);
    }
    return "nothing was thrown";
  };
  const std::string text = text_of_error([] { throw std::bad_alloc(); });
  EXPECT_EQ(text.find("an allocation of memory failed (the nearest limit is "), 0U) << text;
  EXPECT_NE(text.find("use fewer neurons"), std::string::npos) << text;
  EXPECT_EQ(text_of_error([] { std::vector<double>().reserve(std::vector<double>().max_size() + 1); }).substr(0, 30),
            text.substr(0, 30));
  EXPECT_EQ(text_of_error([] { throw RunError("another"); }), "another");
}

TEST(Memory, BytesInWords) {
  EXPECT_EQ(bytes_text(Index{1234567890}), "1.15 GiB");
  EXPECT_EQ(bytes_text(Index{1000}), "1000 B");
}

}  // namespace
}  // namespace fullforce
