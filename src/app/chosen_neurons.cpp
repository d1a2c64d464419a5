#include "chosen_neurons.hpp"

#include <algorithm>
#include <charconv>

#include "fullforce/base/check.hpp"
#include "fullforce/run/recording.hpp"

namespace fullforce {
namespace {

constexpr Index default_count = 10;

Index to_number(const std::string& word, const std::string& text) {
  Index number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  require(error == std::errc() && end == word.data() + word.size() && number >= 0,
          "--neurons {}: \"{}\" is not a neuron (give all, a number of neurons such as 100, or a list such as 0,5,9)",
          text, word);
  return number;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) c == ',' ? (void)words.emplace_back() : words.back().push_back(c);
  return words;
}

std::vector<Index> spread(const std::string& text, Index neurons) {
  const Index count = to_number(text, text);
  require(count > 0, "--neurons 0: no neuron would be recorded (for neuron 0 alone, give a list: 0,)");
  require(count <= neurons, "--neurons {}: the network has {} neurons (for neuron {} alone, give a list: {},)", text,
          neurons, text, text);
  return spread_neurons(count, neurons);
}

void require_each_once(std::vector<Index> list, const std::string& text) {
  std::sort(list.begin(), list.end());
  const auto twice = std::adjacent_find(list.begin(), list.end());
  require(twice == list.end(), "--neurons {}: neuron {} stands in the list twice (name it once)", text,
          twice == list.end() ? 0 : *twice);
}

std::vector<Index> listed(const std::string& text, Index neurons) {
  std::vector<std::string> words = split(text);
  if (words.back().empty()) words.pop_back();
  std::vector<Index> list;
  for (const std::string& word : words) {
    list.push_back(to_number(word, text));
    require(list.back() < neurons, "--neurons {}: there is no neuron {} (the {} neurons count from 0 to {})", text,
            word, neurons, neurons - 1);
  }
  require_each_once(list, text);
  return list;
}

}  // namespace

std::vector<Index> chosen_neurons(const std::optional<std::string>& text, Index neurons) {
  if (!text) return spread_neurons(std::min(default_count, neurons), neurons);
  if (*text == "all") return spread_neurons(neurons, neurons);
  return text->find(',') == std::string::npos ? spread(*text, neurons) : listed(*text, neurons);
}

}  // namespace fullforce
