"""The comparison: every case, with all contestants in turn, once their numbers agree.

It needs an idle machine: threads that wait for one another (OpenBLAS, PyTorch) slow down tenfold or more under load.
"""

import os
import statistics
from typing import Any

import numpy as np

import autograd
from benchmarks import calls
from benchmarks.compiled import handwritten, memory, ours, roofline, tracing
from benchmarks.compiled.cases import CASES
from benchmarks.compiled.contestants import Local, Peer, Start, numpy_version
from benchmarks.serving import Absent
from benchmarks.timing import spread

OURS = ["ours", "ours on NumPy"]
NAMES = ["PyTorch", "JAX", "HIPS", "CasADi", "micrograd"]
ROUNDS, WARM_UP = 15, 3
SECONDS, MOST_CALLS = 0.03, 200  # per turn
TOLERANCE = 1e-9  # relative to the largest number of each array: a single gradient may be a cancelling sum
TARGETS: dict[str, dict[str, dict[str, float]]] = {  # the least ratio of their time to ours: machine code, NumPy
    "ours": {
        "16 relu small": {"JAX": 3, "PyTorch": 8},
        "16 relu": {"JAX": 1.5},
        "64 relu": {"JAX": 1},
        "16 tanh": {"JAX": 1},
        "16 sigmoid": {"JAX": 1},
        "options": {"JAX": 2, "PyTorch": 2},
    },
    "ours on NumPy": {
        "16 relu small": {"NumPy": 1 / 1.3, "PyTorch": 1, "HIPS": 1, "micrograd": 1000},
        "16 relu": {"NumPy": 1, "PyTorch": 1, "HIPS": 1, "micrograd": 1000},
        "64 relu": {"PyTorch": 1},
        "options": {"NumPy": 1 / 1.2},
    },
}
FIRST_CALL = 2  # the largest allowed ratio of our first call to JAX's


def disagreement(got: list[Any], want: list[Any]) -> float:
    """The largest difference, relative to the largest number in its array."""
    pairs = list(zip(got, want, strict=True))
    assert all(np.shape(a) == np.shape(b) for a, b in pairs), [(np.shape(a), np.shape(b)) for a, b in pairs]
    return max(float(np.max(np.abs(a - b)) / np.max(np.abs(b))) for a, b in pairs)


def agree(key: str, starts: dict[str, Start]) -> float:
    """The largest disagreement with ours; more than the tolerance stops the benchmark."""
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
    """The contestants that can run a case, with their results, and those that cannot, with the reason."""
    starts, absent = {}, {}
    for contestant in contestants:
        try:
            starts[contestant.name] = contestant.prepare(key)
        except Absent as reason:
            absent[contestant.name] = str(reason)
    return starts, absent


def calls_in_a_turn(contestant: Any, scale: float) -> int:
    """Warm up, and choose the number of calls for a turn long enough to time."""
    took = min(contestant.turn(1)[0] for _ in range(WARM_UP)) / scale
    return max(1, min(MOST_CALLS, round(SECONDS / took)))


def compare(key: str, contestants: list[Any]) -> None:
    """Run and print one case."""
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
    mine = {name: [took for took, _ in turns[name]] for name in OURS}
    for contestant in contestants:
        name = contestant.name
        if name in absent:
            print(f"    {name:13} {absent[name]}")
            continue
        took, cores = zip(*turns[name], strict=True)
        scaled = f", {starts[name].rows} rows × {scales[name]:g}" if scales[name] != 1 else ""
        times = f"{spread([1e3 * t for t in took], ' ms')}, {statistics.median(cores):.1f} cores"
        print(f"    {name:13} {times}, first call {starts[name].seconds:.2g} s{scaled}")
        for own in OURS if name not in OURS else []:
            ratio = spread([theirs / ours for theirs, ours in zip(took, mine[own], strict=True)], "×")
            target = TARGETS[own].get(key, {}).get(name)
            print(f"    {'':13} {name} / {own} {ratio}" + (f", target ≥ {target:.3g}×" if target else ""))
    if "JAX" in starts:
        ratio = starts["ours"].seconds / starts["JAX"].seconds
        print(f"    first call, ours / JAX {ratio:.2g}×, target ≤ {FIRST_CALL}×")
    roofline.report(CASES[key], statistics.median(mine["ours"]))


def main() -> None:
    """Print every figure with its target."""
    in_process = [
        Local("ours", ours, f"{autograd.__version__}, {autograd.compile(abs).backend}"),
        Local("ours on NumPy", ours.on_numpy, autograd.__version__),
        Local("NumPy", handwritten, numpy_version()),
    ]
    contestants: list[Any] = [*in_process, *(Peer(name) for name in NAMES)]
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
    calls.main()


if __name__ == "__main__":
    main()
