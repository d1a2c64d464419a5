#pragma once
#include <string>

namespace fullforce {

/// The name of this host as the system has it, which may hold any bytes, or "unknown".
std::string host_name();

}  // namespace fullforce
