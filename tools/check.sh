#!/usr/bin/env bash
# Installs what is missing, builds everything, runs every test that is not labelled slow. The last line is the count; exit 0 if none failed.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$project"

folder=${FULLFORCE_BUILD:-build/check}
report=$folder/check.xml

# Whatever goes wrong before the tests have run counts as one failure.
early() {
  echo "check.sh: $1 failed" >&2
  echo "0 passed, 1 failed"
  exit 1
}
tools/install-dependencies.sh || early "installing"
configure "$folder" -DCMAKE_BUILD_TYPE=Release -DFULLFORCE_TESTS=ON || early "configuring"
cmake --build "$folder" -j "$(build_jobs)" || early "the build"

rm -f "$report"
code=0
ctest --test-dir "$folder" -j2 -LE slow --output-on-failure --output-junit "$PWD/$report" --no-tests=error || code=$?
[ -f "$report" ] || early "ctest"
read -r passed failed <<<"$(/usr/bin/python3 - "$report" <<'END'
import sys
import xml.etree.ElementTree as xml

cases = xml.parse(sys.argv[1]).getroot().findall("testcase")
failed = sum(case.get("status") not in ("run", "disabled") for case in cases)
print(sum(case.get("status") == "run" for case in cases), failed)
END
)"
if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
