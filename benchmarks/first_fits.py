"""First fits beside scikit-learn's, each in a process of its own: how long they take, and the peak of memory."""

import json
import os
import subprocess
import sys
import warnings
from statistics import median
from typing import NamedTuple

from benchmarks import fits
from benchmarks.compiled.memory import STATUS, kilobytes
from benchmarks.timing import cpu_seconds, missed

ROUNDS = 3
SLOWER, LATER, LARGER = (
    1.5,
    0.15,
    2.0,
)  # targets: a fit's time over theirs, seconds more of the first, memory over theirs
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class First(NamedTuple):
    """The CPU seconds of a first fit, and the peak of its process in kilobytes."""

    seconds: float
    peak: int


def fit(side: str, name: str, tol: float) -> First:
    """The first fit of this process."""
    X, y = fits.SETS[name]()
    model = fits.ours() if side == "ours" else fits.theirs(len(X), tol)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        took = cpu_seconds(lambda: model.fit(X, y))
    return First(took, kilobytes("VmHWM") if STATUS.exists() else 0)


def elsewhere(side: str, name: str, tol: float) -> First:
    """The first fit of a new process."""
    command = [sys.executable, "-m", "benchmarks.first_fits", side, name, str(tol)]
    return First(*json.loads(subprocess.check_output(command, text=True, env=os.environ | ONE_THREAD)))


def main() -> None:
    """Print a line for each set of data, and one of memory for the largest."""
    print(f"first fits of logistic regression; target: {1e3 * LATER:.0f} ms beyond {SLOWER:g} times scikit-learn's")
    for name in fits.SETS:
        tol = fits.tolerance(*fits.SETS[name]())
        pairs = [(elsewhere("ours", name, tol), elsewhere("theirs", name, tol)) for _ in range(ROUNDS)]
        ours, theirs = (median(first.seconds for first in side) for side in zip(*pairs))
        beyond = ours - SLOWER * theirs
        told = f"{1e3 * ours:.0f} ms, scikit-learn {1e3 * theirs:.0f} ms, beyond: {1e3 * beyond:.0f} ms"
        print(f"    {name}: {told}{missed(beyond > LATER)}", flush=True)
    ratio = median(ours.peak / theirs.peak for ours, theirs in pairs if theirs.peak)
    print(f"peak of memory, {name}, over that of scikit-learn: {ratio:.2f}, target {LARGER:g}{missed(ratio > LARGER)}")


if __name__ == "__main__":
    [side, name, tol] = sys.argv[1:]
    print(json.dumps(fit(side, name, float(tol))))
