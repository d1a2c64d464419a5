#!/usr/bin/env bash
# Installs the Debian packages that building, testing and plotting need; does nothing when all are there.
set -euo pipefail

packages=(
  build-essential cmake ninja-build git pkg-config
  libopenmpi-dev openmpi-bin libhdf5-openmpi-dev hdf5-tools
  libeigen3-dev libtomlplusplus-dev libcli11-dev libfmt-dev nlohmann-json3-dev librandom123-dev libxxhash-dev
  libgtest-dev libgmock-dev
  python3-numpy python3-h5py python3-matplotlib
  shellcheck
)

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  {
    echo "install-dependencies.sh: this is not Debian or Ubuntu (there is no apt-get)."
    echo "Install what these packages hold with your own package manager, then run cmake yourself (README.md):"
    printf '  %s\n' "${packages[*]}"
  } >&2
  exit 2
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  if [ "$status" != installed ]; then missing+=("$package"); fi
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "All ${#packages[@]} packages are installed."
  exit 0
fi

root=()
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "install-dependencies.sh: not root and no sudo; as root, run: apt-get install ${missing[*]}" >&2
    exit 2
  fi
  root=(sudo)
fi
echo "Installing: ${missing[*]}"
"${root[@]}" apt-get update
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${missing[@]}"
