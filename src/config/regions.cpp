#include "fullforce/config/regions.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

#include "fullforce/base/check.hpp"

namespace fullforce {
namespace {

/// Reads one group. It knows where the group stands, for messages.
class RegionReader {
 public:
  RegionReader(std::string place, Index neurons) : place_(std::move(place)), neurons_(neurons) {}

  std::vector<Index> read(const toml::node& node) {
    if (const toml::array* list = node.as_array())
      for (const toml::node& entry : *list) add(entry);
    else
      add(node);
    require(!found_.empty(), "{} (a region needs at least one neuron)", place_);
    std::vector<Index> sorted = found_;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    require(twice == sorted.end(), "{}: neuron {} stands in it twice (name it once)", place_,
            twice == sorted.end() ? 0 : *twice);
    return std::move(found_);
  }

 private:
  void add(const toml::node& node) {
    if (node.is_integer()) return add(node.as_integer()->get(), node.as_integer()->get());
    const auto range = node.is_string() ? range_of(node.as_string()->get()) : std::nullopt;
    require(range.has_value(), "{} (must be a range of neurons such as \"0-99\", or a list of neurons and ranges)",
            place_);
    add(range->first, range->second);
  }

  void add(Index first, Index last) {
    for (const Index neuron : {first, last})
      require(neuron >= 0 && neuron < neurons_, "{}: there is no neuron {} (the {} neurons count from 0 to {})", place_,
              neuron, neurons_, neurons_ - 1);
    require(first <= last, "{}: the range {}-{} ends before it begins", place_, first, last);
    for (Index neuron = first; neuron <= last; ++neuron) found_.push_back(neuron);
  }

  static std::optional<std::pair<Index, Index>> range_of(const std::string& text) {
    Index first = 0, last = 0;
    const char* const end = text.data() + text.size();
    const auto [dash, error] = std::from_chars(text.data(), end, first);
    if (error != std::errc() || dash == end || *dash != '-') return std::nullopt;
    const auto [rest, other] = std::from_chars(dash + 1, end, last);
    if (other != std::errc() || rest != end) return std::nullopt;
    return std::pair{first, last};
  }

  std::string place_;
  Index neurons_;
  std::vector<Index> found_;
};

}  // namespace

std::vector<Region> parse_regions(const std::string& text, const std::string& name, Index neurons) {
  toml::table table;
  try {
    table = toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    throw InputError(fmt::format("{}:{}: not valid TOML: {}", name, error.source().begin.line, error.description()));
  }
  // The order of the file is that of the results. TOML itself has none.
  std::vector<std::pair<std::uint32_t, Region>> found;
  for (const auto& [key, node] : table) {
    const std::string region(key.str());
    const std::uint32_t line = key.source().begin.line;
    require(!region.empty() && region.find('/') == std::string::npos,
            "{}:{}: \"{}\" cannot be the name of a region (it names a dataset: use letters without a slash)", name,
            line, region);
    found.push_back({line, {region, RegionReader(fmt::format("{}:{}: {}", name, line, region), neurons).read(node)}});
  }
  require(!found.empty(), "{}: names no regions (give each a line such as M1 = \"0-99\")", name);
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Region> regions;
  for (auto& [line, region] : found) regions.push_back(std::move(region));
  return regions;
}

}  // namespace fullforce
