# shellcheck shell=bash
# What the job scripts beside this file, in the folder $jobs, share. Edit the first part for your site.
# shellcheck disable=SC2154

# --- Your site -----------------------------------------------------------------------------------------------------------------------
# module purge; module load gcc openmpi hdf5            # what fullforce was built with
: "${FULLFORCE:=fullforce}"                 # the program; an absolute path if it is not in PATH
: "${FULLFORCE_LAUNCHER:=srun}"             # srun | mpirun
: "${FULLFORCE_SRUN:=--mpi=pmix}"           # srun --mpi=list says what there is
: "${FULLFORCE_BIND:=cores}"                # cores: each rank has cores of its own | none: the ranks of a node share all
: "${FULLFORCE_PLOT:=$jobs/../tools/plot.py}"    # for analyze.sbatch
: "${FULLFORCE_PYTHON:=}"                   # a Python with NumPy, h5py and Matplotlib that runs it; empty: what its first line names
: "${FULLFORCE_MAX_REQUEUES:=100}"          # a job is requeued at most so often; 0: never
: "${FULLFORCE_MAX_STALLS:=3}"              # so many starts in a row without a newer checkpoint are the last
: "${FULLFORCE_LOCK_WAIT:=120}"             # s that a start waits for the end of an earlier one in the same folder
# -------------------------------------------------------------------------------------------------------------------------------------

readonly stopped_early=75                   # fullforce: stopped with a good checkpoint, run again to go on

say() { echo "$(date -u +%FT%TZ) job $SLURM_JOB_ID, restart ${SLURM_RESTART_COUNT:-0}: $*"; }

# Threads of a rank are the cores it was given, each thread on a core of its own.
export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
if [ "$FULLFORCE_BIND" = cores ]; then
  export OMP_PROC_BIND=close OMP_PLACES=cores
else
  export OMP_PROC_BIND=false
fi

# `sbatch --export=NONE` makes srun, and the daemons of mpirun, start ranks without this script's environment: without the
# modules that are loaded above, and without the number of threads.
export SLURM_EXPORT_ENV=ALL

# How many ranks this start of the job has. SLURM_NTASKS is that of the submission; a requeued job may have been given fewer nodes.
ranks() { tr , '\n' <<<"$SLURM_TASKS_PER_NODE" | awk -F'[(x)]+' '{ sum += $1 * ($2 ? $2 : 1) } END { print sum }'; }

# launch ARGUMENT...: becomes fullforce on all ranks that SLURM granted; call it in the background or last.
launch() {
  local options=()
  case $FULLFORCE_LAUNCHER in
    srun)
      # srun does not inherit --cpus-per-task. --wait: ranks left behind by one that died are ended, not waited for.
      read -ra options <<<"$FULLFORCE_SRUN --wait=60 --ntasks=$(ranks) --cpus-per-task=$OMP_NUM_THREADS"
      if [ "$FULLFORCE_BIND" = cores ]; then options+=(--cpu-bind=cores); fi
      exec srun "${options[@]}" "$FULLFORCE" "$@" ;;
    mpirun)
      # Open MPI's; it learns nodes and slots from SLURM.
      options=(--bind-to none)
      if [ "$FULLFORCE_BIND" = cores ]; then options=(--map-by "slot:PE=$OMP_NUM_THREADS" --bind-to core); fi
      exec mpirun -n "$(ranks)" "${options[@]}" "$FULLFORCE" "$@" ;;
    *) echo "FULLFORCE_LAUNCHER = $FULLFORCE_LAUNCHER (must be srun or mpirun)" >&2; exit 2 ;;
  esac
}

# run ARGUMENT...: fullforce on all ranks to its end; its exit code, whatever signals arrive meanwhile.
# SLURM's USR1 (the time limit is near) and TERM (preemption) reach fullforce as USR1: mpirun would pass TERM on and kill soon after.
run() {
  local code=0 waiting=1
  launch "$@" &
  local pid=$!
  trap 'waiting=1; kill -USR1 "$pid" 2>/dev/null' USR1 TERM
  while [ "$waiting" = 1 ]; do  # a signal ends `wait` before the program ends
    waiting=0
    wait "$pid" && code=0 || code=$?
  done
  return "$code"
}

# draw FOLDER: the picture of a run.
draw() { ${FULLFORCE_PYTHON:+"$FULLFORCE_PYTHON"} "$FULLFORCE_PLOT" "$1"; }

# newest_step FOLDER: the step of the newest checkpoint, 0 without one.
newest_step() {
  find "$1" -maxdepth 1 -name 'checkpoint-*.h5' 2>/dev/null | sed 's/.*checkpoint-0*\([0-9][0-9]*\)\.h5$/\1/' | sort -n | tail -n 1 | grep . || echo 0
}

# record FOLDER COMMAND...: leaves there what this start of the job runs with. Not the whole environment, which may hold secrets.
record() {
  local folder=$1
  shift
  mkdir -p "$folder"
  {
    echo "command     $*"
    echo "directory   $PWD ($(git describe --always --dirty --tags 2>/dev/null || echo 'not in git'))"
    echo "nodes       $SLURM_JOB_NODELIST"
    echo "ranks       $(ranks) x $OMP_NUM_THREADS threads, launched by $FULLFORCE_LAUNCHER"
    echo "modules     ${LOADEDMODULES:-none}"
    echo; "$FULLFORCE" --version
    echo; ldd "$(command -v "$FULLFORCE")" | grep -E 'mpi|hdf5|blas|mkl'
    echo; env | grep -E '^(SLURM|SBATCH|OMP|OMPI|PMIX|UCX|FI|FULLFORCE|PATH|LD_LIBRARY_PATH)[A-Za-z0-9_]*=' | sort
  } >"$folder/$SLURM_JOB_ID.${SLURM_RESTART_COUNT:-0}.txt" 2>&1
}

# note FOLDER EVENT STEP CODE: a line for each start and end, from which later starts know whether the run gets on.
note() {
  [ -e "$1/history.csv" ] || echo "time,job,restart,event,step,ranks,code" >"$1/history.csv"
  echo "$(date -u +%FT%TZ),$SLURM_JOB_ID,${SLURM_RESTART_COUNT:-0},$2,$3,$(ranks),$4" >>"$1/history.csv"
}

# stalled FOLDER STEP: whether this job's last starts all found the run at this step already.
stalled() {
  awk -F, -v job="$SLURM_JOB_ID" -v step="$2" -v most="$FULLFORCE_MAX_STALLS" '
    $2 == job && $4 == "start" { in_a_row = $5 == step ? in_a_row + 1 : 0 }
    END { exit in_a_row < most }' "$1/history.csv"
}

# job_shows PATTERN: whether what SLURM says of this job matches.
job_shows() { scontrol show job "$SLURM_JOB_ID" 2>/dev/null | grep -qE "$1"; }

# ended_by_slurm: whether SLURM has ended this job already: its user cancelled it, or a node was lost and it waits to run again. Not so at
# the time limit, after which it may still be requeued.
ended_by_slurm() { job_shows 'JobState=(CANCELLED|COMPLETING|PENDING)' && ! job_shows 'Reason=TimeLimit'; }

# requeue: a few times, since the controller may be busy.
requeue() {
  trap '' TERM  # which SLURM sends at once
  local pause
  for pause in 0 5 15; do
    sleep "$pause"
    if scontrol requeue "$SLURM_JOB_ID"; then return 0; fi
  done
  return 1
}

# go_on FOLDER STEP CODE: after an early stop, requeues the job if there is reason to; the exit code of the job.
go_on() {
  if ended_by_slurm; then
    say "ended by SLURM at step $2"
  elif stalled "$1" "$2"; then
    say "no newer checkpoint than that of step $2 after $FULLFORCE_MAX_STALLS starts: given up; is the time limit long enough?" >&2
    if [ "$3" = "$stopped_early" ]; then return 1; fi
  elif [ "${SLURM_RESTART_COUNT:-0}" -ge "$FULLFORCE_MAX_REQUEUES" ]; then
    say "stopped at step $2, not requeued (FULLFORCE_MAX_REQUEUES = $FULLFORCE_MAX_REQUEUES); submit it again to go on"
  elif requeue; then
    say "stopped at step $2, requeued"
  else
    say "stopped at step $2, but this site does not requeue (see chain.sh); submit it again to go on" >&2
  fi
  return "$3"
}

# failure_before FOLDER: the exit code of the job before this one in a chain, if it failed for good.
failure_before() {
  awk -F, -v job="${FULLFORCE_AFTER:-none}" '$2 == job && $4 == "failed" { print $7 }' "$1/history.csv" 2>/dev/null
}

# outcome CODE: finished, stopped (to go on) or failed. A launcher may end with any code when SLURM ends the job. Else a signal from outside
# (129 HUP, 130 INT, 137 KILL, 138 USR1, 143 TERM) or a loss of mpirun's daemons (205) is no failure; a crash (134 ABRT, 139 SEGV, ...) is.
outcome() {
  case $1 in
    0) echo finished ;;
    2) echo failed ;;
    "$stopped_early" | 129 | 130 | 137 | 138 | 143 | 205) echo stopped ;;
    *) if job_shows 'PreemptTime=[0-9]' || ! job_shows 'JobState=RUNNING'; then echo stopped; else echo failed; fi ;;
  esac
}

# wait_for_folder OUTPUT: until a former start of this run, which SLURM has given up but which is still dying, lets go of its lock.
# fullforce itself waits 3 s for it, and then takes it for another run.
wait_for_folder() {
  [ -e "$1/log.txt" ] || return 0
  flock --timeout "$FULLFORCE_LOCK_WAIT" "$1/log.txt" true || say "another run still holds $1 after $FULLFORCE_LOCK_WAIT s" >&2
}

# train_to_the_end CONFIG OUTPUT [OPTION]...: the whole life of a training job; its exit code is fullforce's.
train_to_the_end() {
  local records=${2%/}.jobs code step event
  record "$records" train "$@"
  wait_for_folder "$2"
  step=$(newest_step "$2")
  code=$(failure_before "$records")
  if [ -n "$code" ]; then
    say "job $FULLFORCE_AFTER of this chain failed with exit code $code: nothing to do"
    note "$records" failed "$step" "$code"
    return "$code"
  fi
  note "$records" start "$step" ""
  code=0
  run train "$1" --output "${@:2}" || code=$?
  step=$(newest_step "$2")
  event=$(outcome "$code")
  note "$records" "$event" "$step" "$code"
  say "fullforce ended with exit code $code ($event)"
  if [ "$event" = stopped ]; then go_on "$records" "$step" "$code" || code=$?; fi
  return "$code"
}
