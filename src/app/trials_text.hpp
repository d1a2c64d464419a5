#pragma once
#include <string>

#include "fullforce/io/trials_file.hpp"

namespace fullforce {

/// What `fullforce info` says of a trials file: how many trials, their lengths, channels with their names, conditions,
/// how much of the targets does not count, and the fingerprint.
std::string trials_text(const std::string& path, const TrialsData& data);

}  // namespace fullforce
