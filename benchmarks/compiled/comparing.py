"""The comparison itself: every case, everyone in turn, after everyone's numbers are known to agree.

It wants an idle machine: threads that wait for one another (OpenBLAS, PyTorch) lose ten times and more to a neighbour.
"""

import os
import statistics
from typing import Any

import numpy as np

import autograd
from benchmarks.compiled import handwritten, memory, ours, tracing
from benchmarks.compiled.cases import CASES
from benchmarks.compiled.contestants import Absent, Local, Peer, Start, numpy_version
from benchmarks.timing import spread

NAMES = ["PyTorch", "JAX", "HIPS", "CasADi", "micrograd"]
ROUNDS, WARM_UP = 15, 3
SECONDS, MOST_CALLS = 0.03, 200  # of a turn
TOLERANCE = 1e-9  # relative to the largest number of each array: a single gradient may be a sum that cancels
TARGETS: dict[str, dict[str, float]] = {  # the least of their time over ours
    "16 relu small": {"NumPy": 1 / 1.3, "PyTorch": 1, "HIPS": 1, "micrograd": 1000},
    "16 relu": {"NumPy": 1, "PyTorch": 1, "HIPS": 1, "micrograd": 1000},
    "64 relu": {"PyTorch": 1},
    "options": {"NumPy": 1 / 1.2},
}


def disagreement(got: list[Any], want: list[Any]) -> float:
    """The largest difference, relative to the largest number of its array."""
    pairs = list(zip(got, want, strict=True))
    assert all(np.shape(a) == np.shape(b) for a, b in pairs), [(np.shape(a), np.shape(b)) for a, b in pairs]
    return max(float(np.max(np.abs(a - b)) / np.max(np.abs(b))) for a, b in pairs)


def agree(key: str, starts: dict[str, Start]) -> float:
    """The largest disagreement with us; more than the tolerance stops the benchmark."""
    worst = 0.0
    for name, start in starts.items():
        reference = starts["ours"]
        if start.rows < reference.rows:
            reference = Local("ours", ours, "").prepare(key, start.rows)
        apart = disagreement(start.arrays, reference.arrays)
        assert apart <= TOLERANCE, f"{name} and ours differ by {apart:.1e}: {CASES[key]}"
        worst = max(worst, apart)
    return worst


def prepare(key: str, contestants: list[Any]) -> tuple[dict[str, Start], dict[str, str]]:
    """Who can run a case, with what they make of it, and who cannot, with the reason."""
    starts, absent = {}, {}
    for contestant in contestants:
        try:
            starts[contestant.name] = contestant.prepare(key)
        except Absent as reason:
            absent[contestant.name] = str(reason)
    return starts, absent


def calls_in_a_turn(contestant: Any, scale: float) -> int:
    """Warm up, and choose how many calls make a turn of decent length."""
    took = min(contestant.turn(1)[0] for _ in range(WARM_UP)) / scale
    return max(1, min(MOST_CALLS, round(SECONDS / took)))


def compare(key: str, contestants: list[Any]) -> None:
    """Print one case."""
    case = CASES[key]
    starts, absent = prepare(key, contestants)
    print(f"\n{case}: all agree to {agree(key, starts):.0e}")
    present = [contestant for contestant in contestants if contestant.name in starts]
    scales = {name: case.rows / start.rows for name, start in starts.items()}
    calls = {contestant.name: calls_in_a_turn(contestant, scales[contestant.name]) for contestant in present}
    turns: dict[str, list[tuple[float, float]]] = {name: [] for name in starts}
    for _ in range(ROUNDS):
        for contestant in present:
            turns[contestant.name].append(contestant.turn(calls[contestant.name]))
    mine = [took for took, _ in turns["ours"]]
    for contestant in contestants:
        name = contestant.name
        if name in absent:
            print(f"    {name:9} {absent[name]}")
            continue
        took, cores = zip(*turns[name], strict=True)
        scaled = f", {starts[name].rows} rows × {scales[name]:g}" if scales[name] != 1 else ""
        times = f"{spread([1e3 * t for t in took], ' ms')}, {statistics.median(cores):.1f} cores"
        print(f"    {name:9} {times}, first call {starts[name].seconds:.2g} s{scaled}")
        if name != "ours":
            ratio = spread([theirs / own for theirs, own in zip(took, mine, strict=True)], "×")
            target = TARGETS.get(key, {}).get(name)
            print(f"    {'':9} {name} / ours {ratio}" + (f", target ≥ {target:.3g}×" if target else ""))


def main() -> None:
    """Print every figure, with its target."""
    locals_ = [Local("ours", ours, autograd.__version__), Local("NumPy", handwritten, numpy_version())]
    contestants: list[Any] = [*locals_, *(Peer(name) for name in NAMES)]
    load = f", load {os.getloadavg()[0]:.1f} before the start" if hasattr(os, "getloadavg") else ""
    print(f"{os.cpu_count()} cores{load}; everyone takes the threads that it takes by itself, OpenBLAS its own kernel")
    print("; ".join(f"{contestant.name} {contestant.about}" for contestant in contestants))
    print(f"time a call, median (least … greatest) of {ROUNDS} turns; cores busy meanwhile; ratios turn by turn")
    try:
        for key in CASES:
            compare(key, contestants)
    finally:
        for contestant in contestants:
            contestant.close()
    print(flush=True)
    memory.report()
    tracing.report()


if __name__ == "__main__":
    main()
