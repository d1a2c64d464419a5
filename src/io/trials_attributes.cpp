#include "trials_attributes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "fullforce/base/check.hpp"
#include "fullforce/base/nearest.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/io/format_version.hpp"
#include "texts.hpp"

namespace fullforce {
namespace {

/// A root attribute that a trials file may have, and the version in which it came.
struct KnownAttribute {
  std::string_view name;
  Index since = 1;
};
constexpr std::array known_attributes{KnownAttribute{format::root::format},
                                      KnownAttribute{format::root::format_version},
                                      KnownAttribute{"dt"},
                                      KnownAttribute{"input_names", 2},
                                      KnownAttribute{"output_names", 2},
                                      KnownAttribute{"hint_names", 2}};

/// Whether fewer than a third of the letters of a name are other ones than those of a known name.
bool looks_like(std::string_view name, std::string_view known) {
  return 3 * edit_distance(name, known) < static_cast<Index>(name.size());
}

}  // namespace

void TrialsAttributes::check_names(Index version) const {
  std::vector<std::string_view> names;
  for (const KnownAttribute& known : known_attributes) names.push_back(known.name);
  for (const std::string& name : hdf5::attribute_names(file_)) {
    const std::string_view near = nearest(name, names);
    require(name == near || !looks_like(name, near),
            "{}: unknown root attribute {} (the nearest known root attribute is {})", name_, name, near);
    const Index since =
        name == near ? known_attributes[as_size(std::ranges::find(names, near) - names.begin())].since : 1;
    require(version >= since,
            "{}: root attribute {} came with format_version {}, and the file says format_version = {}", name_, name,
            since, version);
  }
}

hdf5::Value TrialsAttributes::value(const char* attribute, const std::string& expected) const {
  require(hdf5::has_attribute(file_, attribute), "{}: root attribute {} is missing (expected {})", name_, attribute,
          expected);
  return hdf5::read_attribute(file_, attribute);
}

double TrialsAttributes::number(const char* attribute, const std::string& expected) const {
  const hdf5::Value found = value(attribute, expected);
  if (const auto* integer = std::get_if<std::int64_t>(&found)) return static_cast<double>(*integer);
  const auto* real = std::get_if<double>(&found);
  require(real != nullptr, "{}: root attribute {} is a string (expected {})", name_, attribute, expected);
  return *real;
}

Index TrialsAttributes::version() const {
  const std::string expected = fmt::format("\"{}\"", format::kind::trials);
  const hdf5::Value kind = value(format::root::format, expected);
  const auto* text = std::get_if<std::string>(&kind);
  require(text && *text == format::kind::trials, "{}: root attribute format is {} (expected {})", name_,
          text ? fmt::format("\"{}\"", *text) : std::string("not a string"), expected);
  const double version = number(format::root::format_version, fmt::to_string(format::version::trials));
  require_version(name_, version, format::version::oldest_trials, format::version::trials);
  return static_cast<Index>(version);
}

double TrialsAttributes::dt() const {
  const double dt = number("dt", "the step in seconds");
  require(std::isfinite(dt) && dt > 0.0, "{}: root attribute dt = {} (must be positive and finite, in seconds)", name_,
          dt);
  return dt;
}

std::vector<std::string> TrialsAttributes::names(const char* attribute, Index channels) const {
  if (!hdf5::has_attribute(file_, attribute)) return {};
  const std::string what = fmt::format("{}: root attribute {}", name_, attribute);
  const hdf5::Handle open = hdf5::own(H5Aopen(file_, attribute, H5P_DEFAULT), H5Aclose, what);
  require(holds_texts(open.get()), "{} is not text (expected a name for each of the {} channel(s))", what, channels);
  std::vector<std::string> names = read_texts(open.get(), what);
  require(static_cast<Index>(names.size()) == channels, "{} has {} name(s), and there are {} channel(s)", what,
          names.size(), channels);
  for (auto name = names.begin(); name != names.end(); ++name)
    require(!name->empty() && std::find(names.begin(), name, *name) == name,
            "{} has the name \"{}\" {} (each channel needs a name of its own)", what, *name,
            name->empty() ? "without a letter" : "twice");
  return names;
}

}  // namespace fullforce
