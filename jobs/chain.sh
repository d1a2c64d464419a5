#!/usr/bin/env bash
# For sites that do not requeue: submits a chain of training jobs, each of which begins when the one before it has ended:
#   jobs/chain.sh LINKS CONFIG.toml OUTPUT [more options of fullforce train]
# Once the run is done, or has failed for good, the links that are left end at once. SBATCH_OPTIONS holds options of sbatch for every link.
set -euo pipefail
jobs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if [ $# -lt 3 ] || ! [ "$1" -gt 0 ] 2>/dev/null; then
  echo "usage: chain.sh LINKS CONFIG.toml OUTPUT [OPTION]..." >&2
  exit 2
fi
export FULLFORCE_JOBS=$jobs FULLFORCE_MAX_REQUEUES=0 FULLFORCE_AFTER=
read -ra options <<<"${SBATCH_OPTIONS:-}"
# Whatever else the user lets sbatch pass on (--export), links need these variables. The last --export counts.
exported=${SBATCH_EXPORT:-ALL}
for ((k = 0; k < ${#options[@]}; k++)); do
  case ${options[k]} in
    --export=*) exported=${options[k]#*=} ;;
    --export) exported=${options[k + 1]:-} ;;
  esac
done
case $exported in NONE | NIL) exported= ;; esac
options+=(--export="${exported:+$exported,}FULLFORCE_JOBS,FULLFORCE_MAX_REQUEUES,FULLFORCE_AFTER")
ids=()
for ((link = 1; link <= $1; link++)); do
  dependency=()
  if [ -n "$FULLFORCE_AFTER" ]; then dependency=(--dependency="afterany:$FULLFORCE_AFTER"); fi
  id=$(sbatch --parsable --no-requeue "${dependency[@]}" "${options[@]}" "$jobs/train.sbatch" "${@:2}")
  FULLFORCE_AFTER=${id%%;*}
  ids+=("$FULLFORCE_AFTER")
done
echo "${ids[*]}"
echo "all of them: scancel ${ids[*]}; afterwards: sbatch --dependency=afterok:${ids[-1]} $jobs/analyze.sbatch $3" >&2
