#include "chosen_neurons.hpp"

#include <gtest/gtest.h>

#include "fullforce/base/check.hpp"
#include "support/messages.hpp"

namespace fullforce {
namespace {

using Neurons = std::vector<Index>;

std::string refusal(const char* text) {
  return message_of<InputError>([&] { chosen_neurons(text, 8); });
}

TEST(ChosenNeurons, AreAllSomeOrThoseOfAList) {
  EXPECT_EQ(chosen_neurons("all", 3), (Neurons{0, 1, 2}));
  EXPECT_EQ(chosen_neurons("4", 8), (Neurons{0, 2, 4, 6}));
  EXPECT_EQ(chosen_neurons("8", 8), (Neurons{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(chosen_neurons("7,0,5", 8), (Neurons{7, 0, 5})) << "the order is that of the list";
  EXPECT_EQ(chosen_neurons("7,0,", 8), (Neurons{7, 0}));
  EXPECT_EQ(chosen_neurons("5,", 8), (Neurons{5}));
}

TEST(ChosenNeurons, AreTenByDefaultOrAllOfFewer) {
  EXPECT_EQ(chosen_neurons({}, 100), (Neurons{0, 10, 20, 30, 40, 50, 60, 70, 80, 90}));
  EXPECT_EQ(chosen_neurons({}, 2), (Neurons{0, 1}));
}

TEST(ChosenNeurons, MustBeNeuronsOfTheNetworkAndEachOnce) {
  EXPECT_TRUE(says(refusal("9"), "the network has 8 neurons"));
  EXPECT_TRUE(says(refusal("0"), "give a list: 0,"));
  EXPECT_TRUE(says(refusal("1,8"), "there is no neuron 8 (the 8 neurons count from 0 to 7)"));
  EXPECT_TRUE(says(refusal("3,1,3"), "neuron 3 stands in the list twice"));
}

TEST(ChosenNeurons, AreNotGuessedFromOtherTexts) {
  for (const char* text : {"some", "1.5", "-1", "1,,2", ",", ",,", " 3", "3 ", "1, 2", "all,", "1-3", "0x3", "1e1"})
    EXPECT_TRUE(says(refusal(text), "is not a neuron (give all, a number")) << text;
  EXPECT_TRUE(says(refusal("99999999999999999999"), "is not a neuron"));
}

}  // namespace
}  // namespace fullforce
