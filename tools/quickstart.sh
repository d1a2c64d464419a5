#!/usr/bin/env bash
# From nothing to a picture: installs what is missing, builds, trains the oscillation on 2 ranks, tests it, plots it.
set -euo pipefail
# shellcheck source=tools/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$project"

config=jobs/configs/oscillation.toml
folder=runs/quickstart
fullforce=build/bin/fullforce

step() { printf '\n== %s\n' "$1"; }

step "Packages"
tools/install-dependencies.sh --venv

step "Build"
configure build -DCMAKE_BUILD_TYPE=Release -DFULLFORCE_TESTS=OFF
cmake --build build --target fullforce -j "$(build_jobs)"

export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
step "Train $config on 2 ranks"
rm -rf "$folder"
mpirun --oversubscribe -n 2 "$fullforce" train "$config" --output "$folder" --restart never

step "Test"
mpirun --oversubscribe -n 2 "$fullforce" test "$folder/network.h5" --trials 5 \
  --record "$folder/recording.h5" --output "$folder/test.json"

step "Plot"
"$(python_with numpy h5py matplotlib)" tools/plot.py "$folder" --recording "$folder/recording.h5" --output "$folder/figure.png"

cat <<END

Done.
  the program          $project/$fullforce
  the trained network  $project/$folder/network.h5
  its scores           $project/$folder/summary.json
  output and target    $project/$folder/figure.png
Next: train a network on signals of your own (TUTORIAL.md), or copy $config and change it (README.md).
END
