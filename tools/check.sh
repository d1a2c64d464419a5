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
tools/install-dependencies.sh --slurm || early "installing"
configure "$folder" -DCMAKE_BUILD_TYPE=Release -DFULLFORCE_TESTS=ON -DFULLFORCE_BENCHMARKS=ON || early "configuring"
cmake --build "$folder" -j "$(build_jobs)" || early "the build"

rm -f "$report"
code=0
# Tests wait much of their time, for launchers and for each other. On two cores, four tests more than cores take 310 s, two more 356 s.
ctest --test-dir "$folder" -j "$(($(nproc) + 4))" -LE slow --output-on-failure --output-junit "$PWD/$report" --no-tests=error || code=$?
[ -f "$report" ] || early "ctest"
# A test that cannot run here says why and counts as skipped, never as passed.
python=$(python_with xml.etree.ElementTree) || early "counting"
read -r passed failed skipped <<<"$("$python" - "$report" <<'END'
import sys
import xml.etree.ElementTree as xml

cases = xml.parse(sys.argv[1]).getroot().findall("testcase")
skipped = [case for case in cases if case.find("skipped") is not None and "SKIP_RETURN_CODE" in case.find("skipped").get("message")]
passed = sum(case.get("status") == "run" for case in cases)
disabled = sum(case.get("status") == "disabled" for case in cases)
for case in skipped:
    print(case.get("name"), case.findtext("system-out", "").strip(), file=sys.stderr)
print(passed, len(cases) - passed - disabled - len(skipped), len(skipped))
END
)"
if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
count="$passed passed, $failed failed"
if [ "$skipped" -gt 0 ]; then count+=", $skipped skipped"; fi
echo "$count"
[ "$failed" -eq 0 ]
