#include "fullforce/parallel/launch.hpp"

#include <gtest/gtest.h>

#include <map>

namespace fullforce {
namespace {

/// The variables of an environment, which is a table.
Variables variables(const std::map<std::string, std::string>& environment) {
  return [&](const char* name) {
    const auto entry = environment.find(name);
    return entry == environment.end() ? nullptr : entry->second.c_str();
  };
}

std::optional<UnconnectedTasks> found(int ranks, const std::map<std::string, std::string>& environment) {
  return unconnected_tasks(ranks, variables(environment));
}

TEST(HasLauncher, IsSaidByTheVariablesOfLaunchers) {
  const std::map<std::string, std::string> alone{{"SLURM_JOB_ID", "7"}, {"PATH", "/bin"}};
  EXPECT_FALSE(has_launcher(variables(alone)));
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK", "SLURM_STEP_NUM_TASKS"}) {
    const std::map<std::string, std::string> started{{name, "1"}};
    EXPECT_TRUE(has_launcher(variables(started))) << name;
  }
}

TEST(UnconnectedTasks, AreThoseOfAStepWithoutMpi) {
  const auto first = found(1, {{"SLURM_STEP_NUM_TASKS", "3"}, {"SLURM_PROCID", "0"}});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->tasks, 3);
  EXPECT_TRUE(first->is_first);
  const auto last = found(1, {{"SLURM_STEP_NUM_TASKS", "3"}, {"SLURM_PROCID", "2"}});
  ASSERT_TRUE(last);
  EXPECT_FALSE(last->is_first);
}

TEST(UnconnectedTasks, AreThoseOfAnotherMpiLibrarysLauncher) {
  for (const auto& [tasks, number] : {std::pair{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                      {"PMI_SIZE", "PMI_RANK"},
                                      {"MPI_LOCALNRANKS", "MPI_LOCALRANKID"}}) {
    const auto second = found(1, {{tasks, "2"}, {number, "1"}});
    ASSERT_TRUE(second) << tasks;
    EXPECT_EQ(second->variable, tasks);
    EXPECT_FALSE(second->is_first);
  }
}

TEST(UnconnectedTasks, AreNotRanksThatMpiConnects) {
  EXPECT_FALSE(found(3, {{"SLURM_STEP_NUM_TASKS", "3"}}));
  // The daemons of mpirun are a step of their own, with as many tasks as there are other nodes.
  EXPECT_FALSE(found(4, {{"SLURM_STEP_NUM_TASKS", "2"}, {"OMPI_COMM_WORLD_SIZE", "4"}}));
}

TEST(UnconnectedTasks, AreNotSingleRanks) {
  EXPECT_FALSE(found(1, {})) << "no launcher";
  EXPECT_FALSE(found(1, {{"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}})) << "a batch script, or a shell of salloc";
  EXPECT_FALSE(found(1, {{"SLURM_STEP_NUM_TASKS", "1"}, {"SLURM_NTASKS", "4"}})) << "srun -n 1 in a larger job";
  EXPECT_FALSE(found(1, {{"SLURM_STEP_NUM_TASKS", "2"}, {"OMPI_COMM_WORLD_SIZE", "1"}})) << "mpirun -n 1 in a step";
  EXPECT_FALSE(found(1, {{"SLURM_STEP_NUM_TASKS", "many"}})) << "not a number";
}

TEST(UnconnectedTasks, SayWhatIsWrongAndWhatToDo) {
  const std::string problem = UnconnectedTasks{"SLURM_STEP_NUM_TASKS", 3, true}.problem("Open MPI v4.1.4");
  for (const char* part : {"SLURM_STEP_NUM_TASKS = 3", "--mpi=pmix", "mpirun", "Open MPI v4.1.4"})
    EXPECT_NE(problem.find(part), std::string::npos) << problem;
}

}  // namespace
}  // namespace fullforce
