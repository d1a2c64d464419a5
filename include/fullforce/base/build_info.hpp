#pragma once
#include <string_view>

namespace fullforce::build_info {

/// What this binary was made from and with; fixed when it was configured.
std::string_view version();
std::string_view git_commit();  ///< with `-dirty` where files differed; "unknown" outside a git checkout
std::string_view compiler();
std::string_view build_type();
std::string_view instructions();  ///< "native" or "portable"
std::string_view eigen();
std::string_view blas();

}  // namespace fullforce::build_info
