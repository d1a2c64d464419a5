#!/usr/bin/env python3
"""Recorded activity: R^2 of held-out conditions, and the time of learning against the same loop in NumPy.

    recorded_activity.py FULLFORCE [--seeds N] [--passes N] [--neurons N] [--steps N] [--noise LIST]

The recording is made here: 300 neurons in 8 conditions, of which each has an angle, and 8 held-out conditions between
them. The loop in NumPy follows CURBD (Perich et al. 2020): it steps the network, and updates J and P after each step.
Medians over seeds are printed. Both programs run on one thread, in double precision. For times both learn from every
step and have no noise. For R^2 the program learns from half of the steps, as it does by default, with the noises that
--noise lists (1/s). Its tests have no noise.
"""
import argparse
import os
import pathlib
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np  # noqa: E402  (its BLAS takes the number of threads when it is loaded)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "python"))
import fullforce as ff  # noqa: E402

DT, TAU = 0.01, 0.1


def recording(angles, neurons, steps, seed=1):
    """Rates [conditions, steps, neurons] of a reach in each direction, and inputs [conditions, steps, 3]: cue and go."""
    random = np.random.default_rng(seed)
    mixing, bias = 1.2 * random.normal(size=(neurons, 6)) / np.sqrt(6), 0.2 * random.normal(size=neurons)
    time_, rates, inputs = np.arange(steps) * DT, [], []
    preparation = np.clip(time_ / 0.5, 0, 1) * np.exp(-np.maximum(time_ - 1.0, 0) / 0.5)
    movement, phase = np.exp(-((time_ - 1.2) / 0.35) ** 2), 3 * np.pi * time_
    for angle in angles:
        latents = np.stack([preparation * np.cos(angle), preparation * np.sin(angle), movement * np.cos(phase + angle),
                            movement * np.sin(phase + angle), movement, movement * np.cos(2 * angle)], axis=1)
        rates.append(np.tanh(latents @ mixing.T + bias))
        cue, go = time_ < 1.0, (time_ > 1.0) & (time_ < 1.1)
        inputs.append(np.stack([np.cos(angle) * cue, np.sin(angle) * cue, go], axis=1))
    return np.array(rates), np.array(inputs)


def curbd_loop(rates, inputs, passes, seed, alpha=1.0, gain=1.5):
    """The seconds that the loop in NumPy takes for each step that it learns from."""
    random, neurons = np.random.default_rng(seed), rates.shape[2]
    J = gain * random.normal(size=(neurons, neurons)) / np.sqrt(neurons)
    u_in, P = random.uniform(-1, 1, (neurons, inputs.shape[2])), np.eye(neurons) / alpha
    begin = time.perf_counter()
    for _ in range(passes):
        for trial, signal in zip(rates, inputs):
            x = np.arctanh(trial[0])
            r = np.tanh(x)
            for target, f_in in zip(trial, signal):
                x += DT / TAU * (-x + J @ r + u_in @ f_in)
                r = np.tanh(x)
                k = P @ r
                scale = 1.0 / (1.0 + r @ k)
                P -= scale * np.outer(k, k)
                J -= scale * np.outer(r - target, k)
    return (time.perf_counter() - begin) / (passes * rates.shape[0] * rates.shape[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--passes", type=int, default=50)
    parser.add_argument("--neurons", type=int, default=300)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--noise", default="0.01", help="noises of learning, with commas between them (1/s)")
    arguments = parser.parse_args()
    os.environ["FULLFORCE"] = os.path.abspath(arguments.program)
    angles = 2 * np.pi * np.arange(8) / 8
    size = arguments.neurons, arguments.steps
    (rates, inputs), (held_out, cues) = recording(angles, *size), recording(angles + np.pi / 8, *size)
    for method in ("rates", "currents"):
        of_step, ratios = [], []
        for seed in range(1, arguments.seeds + 1):
            timed = ff.fit_activity(rates, DT, inputs=inputs, method=method, threads=1, seed=seed, passes=2, noise=0.0,
                                    update_probability=1.0)
            of_step.append(timed.model.summary_["train"]["seconds"] / (2 * 8 * arguments.steps))
            ratios.append(curbd_loop(rates, inputs, 1, seed) / of_step[-1])
        print(f'method "{method}", {arguments.seeds} seeds: {1e6 * np.median(of_step):.0f} us a step, the loop in NumPy '
              f"takes {np.median(ratios):.1f} times as long", flush=True)
        for noise in map(float, arguments.noise.split(",")):
            held, fitted = [], []
            for seed in range(1, arguments.seeds + 1):
                fit = ff.fit_activity(rates, DT, inputs=inputs, test=held_out, test_inputs=cues, method=method, threads=1,
                                      seed=seed, passes=arguments.passes, noise=noise)
                held.append(fit.r2)
                fitted.append(fit.score(rates, inputs))
            print(f"  noise {noise:g}, {arguments.passes} passes: R^2 {np.median(held):.3f} of held-out conditions "
                  f"({min(held):.3f} to {max(held):.3f}), {np.median(fitted):.3f} of those that were learned "
                  f"({min(fitted):.3f} to {max(fitted):.3f})", flush=True)


if __name__ == "__main__":
    main()
