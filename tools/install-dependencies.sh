#!/usr/bin/env bash
# Installs the Debian packages that building, testing and plotting need; does nothing when all are there.
# With --slurm also SLURM, for the tests of the job scripts; where it cannot be had, those tests are skipped.
# With --venv also Python's venv, which Debian keeps apart, for an environment with the Python package (TUTORIAL.md).
# With --fuzz also Clang, for the fuzzers of the readers (cmake --preset fuzz).
set -euo pipefail

packages=(
  build-essential cmake ninja-build git pkg-config
  libopenmpi-dev openmpi-bin libhdf5-openmpi-dev hdf5-tools
  libeigen3-dev libtomlplusplus-dev libcli11-dev libfmt-dev nlohmann-json3-dev librandom123-dev libxxhash-dev libspectra-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  python3-numpy python3-h5py python3-matplotlib python3-pytest
  clang-format shellcheck
)

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  {
    echo "install-dependencies.sh: this is not Debian or Ubuntu (there is no apt-get)."
    echo "Install what these packages hold with your own package manager, then run cmake yourself (README.md):"
    printf '  %s\n' "${packages[*]}"
  } >&2
  exit 2
fi

# Those of the packages given that are not installed.
missing_of() {
  local package status
  for package in "$@"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    if [ "$status" != installed ]; then echo "$package"; fi
  done
}

root=()
if [ "$(id -u)" != 0 ]; then root=(sudo); fi
install() {
  echo "Installing: $*"
  "${root[@]}" apt-get update && "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@"
}

mapfile -t missing < <(missing_of "${packages[@]}")
if [ ${#missing[@]} -eq 0 ]; then
  echo "All ${#packages[@]} packages are installed."
elif [ ${#root[@]} -gt 0 ] && ! command -v sudo >/dev/null; then
  echo "install-dependencies.sh: not root and no sudo; as root, run: apt-get install ${missing[*]}" >&2
  exit 2
else
  install "${missing[@]}"
fi

# Installs further packages, without which the rest can be built and tested.
install_optional() {
  local consequence=$1
  shift
  mapfile -t missing < <(missing_of "$@")
  if [ ${#missing[@]} -gt 0 ] && ! install "${missing[@]}"; then
    echo "install-dependencies.sh: ${missing[*]} cannot be installed; $consequence" >&2
  fi
}

for option in "$@"; do
  case $option in
    --slurm) install_optional "the tests that need SLURM will be skipped" slurm-wlm munge ;;
    --venv) install_optional "python3 -m venv will not work" python3-venv ;;
    --fuzz) install_optional "the fuzzers cannot be built" clang libclang-rt-dev libomp-dev llvm ;;
    *)
      echo "install-dependencies.sh: unknown option $option (--slurm, --venv and --fuzz are known)" >&2
      exit 2
      ;;
  esac
done
