# shellcheck shell=bash
# For the scripts beside it: where the project is, and how programs are started on several ranks.
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly project
export project

# Open MPI refuses to start as root unless told twice.
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
# Containers forbid one process to read another's memory; ranks may outnumber cores.
export OMPI_MCA_btl_vader_single_copy_mechanism=none
export OMPI_MCA_rmaps_base_oversubscribe=1

# python_with MODULE...: prints a Python that has these modules: FULLFORCE_PYTHON, or else the first of those in PATH and
# Debian's that has them.
python_with() {
  local candidate modules
  modules=$(printf ', %s' "$@")
  for candidate in ${FULLFORCE_PYTHON:+"$FULLFORCE_PYTHON"} python3 /usr/bin/python3; do
    if "$candidate" -c "import sys$modules" 2>/dev/null; then
      echo "$candidate"
      return 0
    fi
  done
  echo "no Python has these modules: $* (tools/install-dependencies.sh, or FULLFORCE_PYTHON=PATH)" >&2
  return 2
}

# Compilers need about 1 GiB each: as many jobs as the cores and the memory allow.
build_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
  if [ "$memory" -lt 1 ]; then memory=1; fi
  echo $((cores < memory ? cores : memory))
}

# A build folder keeps its generator; a new one gets Ninja.
configure() {
  local folder=$1
  shift
  if [ -f "$folder/CMakeCache.txt" ]; then
    cmake -S "$project" -B "$folder" "$@"
  else
    cmake -S "$project" -B "$folder" -G Ninja "$@"
  fi
}
