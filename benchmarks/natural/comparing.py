"""The comparison: a gradient step of each model over 64 rows, ours and JAX in turn."""

import statistics
import time
from pathlib import Path

import numpy as np

import autograd
from benchmarks.compiled.contestants import Peer
from benchmarks.compiled.turns import Job, turn
from benchmarks.natural import models
from benchmarks.natural.cases import NAMES, ROWS, case_of
from benchmarks.serving import Absent

ROUNDS, SECONDS, MOST_CALLS = 7, 0.03, 200
AHEAD, FIRST, AGREE = 1.0, 2.0, 1e-9  # targets: JAX's time over ours, our first call over JAX's, and the difference


def ours(name: str) -> Job:
    """The mean over rows and its gradients."""
    case = case_of(name, ROWS)
    fast = autograd.compile(getattr(models, case.model), rows=tuple(case.rows), index=case.index, threads=1)

    def run() -> tuple[float, dict[str, object]]:
        return fast.value_and_grad(case.parameters, *case.rows.values(), reduce="mean")

    def evaluate() -> list[object]:
        value, slopes = run()
        return [value, *slopes.values()]

    return Job(evaluate, run)


def line(name: str, peer: Peer) -> str:
    """The figures of a model, and the targets that they miss."""
    start = time.process_time()
    job = ours(name)
    arrays = job.evaluate()
    first = time.process_time() - start
    calls = max(1, min(MOST_CALLS, round(SECONDS / min(turn(job.run, 1)[0] for _ in range(3)))))
    try:
        theirs = peer.prepare(name)
    except Absent:
        mine = statistics.median(turn(job.run, calls)[0] for _ in range(ROUNDS))
        return f"{1e3 * mine:9.3f}{first:9.2f}"
    times = [(turn(job.run, calls)[0], peer.turn(calls)[0]) for _ in range(ROUNDS)]
    ahead = statistics.median(their / mine for mine, their in times)
    apart = max(float(np.max(np.abs(a - b) / (1 + np.abs(b)))) for a, b in zip(arrays, theirs.arrays, strict=True))
    figures = f"{1e3 * statistics.median(mine for mine, _ in times):9.3f}{first:9.2f}{ahead:9.2f}"
    missed = [what for what, is_missed in {
        "behind JAX": ahead < AHEAD, "first call": first > FIRST * theirs.seconds, "differs": apart > AGREE,
    }.items() if is_missed]  # fmt: skip
    return f"{figures}{first / theirs.seconds:9.2f}{apart:9.0e}{f'  missed: {chr(44).join(missed)}' if missed else ''}"


def main() -> None:
    """Print the table."""
    peer = Peer("JAX", Path(__file__).with_name("peers.py"))
    print(
        f"{ROWS} rows; JAX {peer.about}; ms a step, s of CPU of the first call; JAX / ours a step, target ≥ {AHEAD:g};"
    )
    print(f"ours / JAX of the first call, target ≤ {FIRST:g}; the largest difference, target ≤ {AGREE:g}")
    print(f"{'':24}{'step':>9}{'first':>9}{'JAX':>9}{'first':>9}{'apart':>9}")
    for name in NAMES:
        print(f"{name:24}{line(name, peer)}", flush=True)
    peer.close()
