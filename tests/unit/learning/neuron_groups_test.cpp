#include "fullforce/learning/neuron_groups.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace fullforce {
namespace {

TEST(NeuronGroups, CoverEveryNeuronOnceAndAreSavedOnce) {
  for (const Index neurons : {2, 20, 100, 5000})
    for (const Index size : {1, 3, 8, 17, 40, 10000})
      for (const int ranks : {1, 2, 3, 7}) {
        const RowPartition partition(neurons, ranks);
        std::vector<Index> group_of(as_size(neurons), -1), saved;
        Index most = 0;
        for (int r = 0; r < ranks; ++r) {
          const NeuronGroups groups(partition, Rank{r}, size);
          most = std::max(most, groups.count());
          for (Index k = 0; k < groups.count(); ++k) {
            const RowBlock rows = groups.rows(k);
            EXPECT_GT(rows.rows, 0);
            EXPECT_EQ(rows.first - rows.local, partition.first_row(Rank{r}));
            for (Index i = rows.first; i < rows.first + rows.rows; ++i) {
              EXPECT_EQ(group_of[as_size(i)], -1);
              group_of[as_size(i)] = groups.first() + k;
            }
          }
          for (Index k = 0; k < groups.saved(); ++k) saved.push_back(groups.first() + groups.first_saved() + k);
        }
        for (Index i = 0; i < neurons; ++i) EXPECT_EQ(group_of[as_size(i)], i / std::min(size, neurons));
        const Index total = NeuronGroups(partition, Rank{0}, size).total();
        ASSERT_EQ(static_cast<Index>(saved.size()), total) << neurons << " " << size << " " << ranks;
        for (Index g = 0; g < total; ++g) EXPECT_EQ(saved[as_size(g)], g);
        EXPECT_EQ(NeuronGroups::most_groups(partition, size, total), most);
        const Index few = (total + 2) / 3;
        Index most_of_few = 0;
        for (int r = 0; r < ranks; ++r) {
          const NeuronGroups groups(partition, Rank{r}, size);
          Index found = 0;
          for (Index k = 0; k < groups.count(); ++k) found += groups.first() + k < few ? 1 : 0;
          EXPECT_EQ(groups.count_among(few), found);
          most_of_few = std::max(most_of_few, found);
        }
        EXPECT_EQ(NeuronGroups::most_groups(partition, size, few), most_of_few);
      }
}

}  // namespace
}  // namespace fullforce
