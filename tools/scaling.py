#!/usr/bin/env python3
"""A scaling study: makes its points, runs or submits them, and shows how a step's time changes with ranks and threads.

scaling.py FOLDER [--kind strong|weak] [--neurons N...] [--streams B...] [--precision P...] [--ranks R...]
           [--threads T...] [--repeats K] [--steps S] [--set section.key=value]...
           [--submit [SBATCH_OPTION...] | --plan | --report] [--machine FILE] [--fullforce PROGRAM]

Makes the points that FOLDER does not have yet (FOLDER/points/*, each a configuration), runs those without a result one
after another on this machine (mpirun), then prints the table and draws FOLDER/scaling.png. Given again it goes on where
it was: finished points are skipped. The defaults are
--neurons 2048 --streams 16 --precision single --ranks 1 2 --threads 1 --repeats 3 --steps 800.

  --kind strong   the same network on more and more ranks (default)
  --kind weak     as much work a core: N grows with the root of ranks x threads, from --neurons on one (in proportion,
                  where work does)
  --submit ...    submits jobs/scaling.sbatch instead, one job for each number of ranks and threads; what follows goes
                  to sbatch
  --plan          predicts instead of running (`fullforce plan`, with the constants in --machine FILE), for ranks that
                  this machine need not have
  --report        only shows what there is
  --set ...       for all points, as in fullforce train: low-rank features, sparse target-generating networks; a folder
                  holds one choice of these

In every step every stream learns. Exit codes: 0 done, 1 a run failed, 2 wrong input.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "python"))

from fullforce import script  # noqa: E402

if __name__ == "__main__":
    sys.exit(script.run("scaling"))
