#include "fullforce/linalg/step_account.hpp"

#include <gtest/gtest.h>

namespace fullforce {
namespace {

/// 10 rows of 20 numbers of 8 bytes, which are read for a product with 3 vectors.
MatrixSweep product() { return {.rows = 10.0, .cols = 20.0, .element_bytes = 8.0, .vectors = 3.0}; }

/// 10 rows of 20 numbers of 4 bytes, to which 5 columns of updates are applied.
MatrixSweep update() { return {.rows = 10.0, .cols = 20.0, .element_bytes = 4.0, .columns = 5.0}; }

TEST(MatrixSweep, AProductReadsEachElementOnceAndMakesTwoOperationsAVector) {
  EXPECT_EQ(product().elements(), 200.0);
  EXPECT_EQ(product().work().operations, 1200.0);
  EXPECT_EQ(product().work().bytes, 1600.0);
  EXPECT_EQ(product().bytes_of_element(), 8.0);
}

TEST(MatrixSweep, AnUpdateReadsAndWritesEachElement) {
  EXPECT_EQ(update().work().operations, 2000.0);
  EXPECT_EQ(update().work().bytes, 1600.0);
  EXPECT_EQ(update().bytes_of_element(), 8.0);
}

TEST(MatrixSweep, WhatIsReadBecauseOfAnIndexIsNoWork) {
  MatrixSweep sparse = product();
  sparse.element_bytes = 12.0;
  sparse.indexed_bytes = 8.0;
  EXPECT_EQ(sparse.bytes_of_element(), 12.0 + 3.0 * 8.0);
  EXPECT_EQ(sparse.work().bytes, 2400.0);
}

TEST(MatrixSweep, CountsHowOftenAStepGoesThroughTheMatrix) {
  MatrixSweep seldom = update();
  seldom.times = 0.25;
  EXPECT_EQ(seldom.elements(), 50.0);
  EXPECT_EQ(seldom.work().operations, 500.0);
  EXPECT_EQ(seldom.work().bytes, 400.0);
}

TEST(StepAccount, AddsUpTheWorkOfItsSweepsAndKeepsMessagesApart) {
  StepAccount account;
  account.sweep(product());
  account.sweep(update());
  account.sum(64.0);
  account.gather(1000.0, 0.5);
  EXPECT_EQ(account.work().operations, 1200.0 + 2000.0);
  EXPECT_EQ(account.work().bytes, 1600.0 + 1600.0);
  ASSERT_EQ(account.sweeps().size(), 2u);
  ASSERT_EQ(account.messages().size(), 2u);
  EXPECT_EQ(account.messages()[0].kind, Message::Kind::sum);
  EXPECT_EQ(account.messages()[0].bytes, 64.0);
  EXPECT_EQ(account.messages()[0].times, 1.0);
  EXPECT_EQ(account.messages()[1].kind, Message::Kind::gather);
  EXPECT_EQ(account.messages()[1].bytes, 1000.0);
  EXPECT_EQ(account.messages()[1].times, 0.5);
}

TEST(StepAccount, TakesOverAnotherAccountSoManyTimesAStep) {
  StepAccount seldom;
  seldom.sweep(update());
  seldom.sum(64.0, 0.5);
  StepAccount account;
  account.sweep(product());
  account.add(seldom, 0.5);
  account.add(seldom, 2.0);
  EXPECT_EQ(account.work().operations, 1200.0 + 2.5 * 2000.0);
  EXPECT_EQ(account.work().bytes, 1600.0 + 2.5 * 1600.0);
  ASSERT_EQ(account.messages().size(), 2u);
  EXPECT_EQ(account.messages()[0].times, 0.25);
  EXPECT_EQ(account.messages()[1].times, 1.0);
  EXPECT_EQ(account.messages()[1].bytes, 64.0) << "a message is sent more often, and does not become longer";
  EXPECT_EQ(seldom.work().operations, 2000.0) << "the other account stays as it was";
}

TEST(StepAccount, IsEmptyAtFirstAndAfterClear) {
  StepAccount account;
  EXPECT_EQ(account.work().operations, 0.0);
  account.sweep(product());
  account.gather(8.0);
  account.clear();
  EXPECT_TRUE(account.sweeps().empty());
  EXPECT_TRUE(account.messages().empty());
  EXPECT_EQ(account.work().bytes, 0.0);
}

TEST(Extent, OfAllRanksTogetherHasAllRows) {
  const Communicator comm = Communicator::world();
  const Extent whole = whole_extent(Layout(comm, 100));
  EXPECT_EQ(whole.rows, 100.0);
  EXPECT_EQ(whole.rank_share, 1.0 / comm.size());
}

}  // namespace
}  // namespace fullforce
