"""The comparison: every program for one set of parameters and for a thousand rows, with all contestants in turn.

Inputs are other ones at each call, so that programs take other paths. Each program has a process of its own.
"""

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import autograd
from benchmarks.compiled.contestants import Peer
from benchmarks.compiled.environment import own_kernels
from benchmarks.compiled.turns import Job, turn
from benchmarks.python import by_hand, long_loops, ours
from benchmarks.python.cases import CALLS, CASES, ROWS, Case
from benchmarks.serving import Absent
from benchmarks.timing import missed

ROUNDS, SECONDS, MOST_CALLS = 7, 0.03, 200
LIMIT = 300  # seconds for a program
AGREE = 1e-6  # JAX solves by another derivative, and stops at other steps
SOME = [0, 1, 500]  # the rows that are compared with eager runs
BEST_OF = ("JAX", "CasADi", "XAD", "PyTorch")  # on one set of parameters
ONE, MANY = (*BEST_OF, "numba"), ("JAX", "numba")  # the columns for one set of parameters, and for rows
SCRIPT = Path(__file__).with_name("peers.py")


class Ours:
    """Our contestant, in this process."""

    name = "ours"

    def prepare(self, case: Case, rows: int | None) -> float:
        """CPU seconds of the first call."""
        inputs = case.inputs(ours.function(case), rows, CALLS[rows])
        gc.collect()
        start = time.process_time()
        self.job: Job = ours.build(case, inputs, rows)
        self.arrays = self.job.evaluate()
        return time.process_time() - start

    def turn(self, calls: int) -> tuple[float, float]:
        """Seconds per call, cores busy."""
        return turn(self.job.run, calls)


class Times(NamedTuple):
    """What is measured for a number of rows."""

    first: float  # CPU seconds of our first call
    ms: dict[str, float]  # a call, by contestant
    ratios: dict[str, float]  # a peer's time over ours, turn by turn
    apart: dict[str, float]  # a peer's largest difference from ours, of those that compute gradients


def timed(key: str, rows: int | None, peers: list[Peer]) -> Times:
    """Medians of turns; a peer that is not installed has none."""
    own = Ours()
    first = own.prepare(CASES[key], rows)
    contestants: list[Any] = [own]
    apart = {}
    for peer in peers:
        try:
            start = peer.prepare(f"{key} {rows or 0}")
        except Absent:
            continue
        contestants.append(peer)
        if peer.name in BEST_OF:
            apart[peer.name] = ours.difference((own.arrays[0], own.arrays[1:]), (start.arrays[0], start.arrays[1:]))
    counts = {}
    for contestant in contestants:
        took = min(contestant.turn(1)[0] for _ in range(3))
        counts[contestant.name] = max(1, min(MOST_CALLS, round(SECONDS / took)))
    turns: dict[str, list[float]] = {contestant.name: [] for contestant in contestants}
    for _ in range(ROUNDS):
        for contestant in contestants:
            turns[contestant.name].append(1e3 * contestant.turn(counts[contestant.name])[0])
    ratios = {
        name: statistics.median([theirs / mine for theirs, mine in zip(took, turns["ours"], strict=True)])
        for name, took in turns.items()
    }
    return Times(first, {name: statistics.median(took) for name, took in turns.items()}, ratios, apart)


class Line(NamedTuple):
    """A program's figures."""

    eager: float  # ms
    apart: dict[str, float]  # the largest difference from eager runs, by executor
    one: Times
    many: Times

    def __str__(self) -> str:
        cells = [f"{self.eager:8.3g}", *(f"{apart:8.0e}" for apart in self.apart.values())]
        for times, names in ((self.one, ONE), (self.many, MANY)):
            cells += [f"{times.first:8.2g}", f"{times.ms['ours']:9.3g}"]
            cells += [f"{times.ratios[name]:9.3g}" if name in times.ratios else " " * 9 for name in names]
        return "".join(cells)


HEADS = f"{'':24}{'eager':>8}{'NumPy':>8}{'LLVM':>8}" + "".join(
    f"{'first':>8}{'ours':>9}" + "".join(f"{name:>9}" for name in names) for names in (ONE, MANY)
)


def measured(key: str, peers: list[Peer]) -> Line:
    """All figures of a program."""
    case = CASES[key]
    f = ours.function(case)
    eager = statistics.median(ours.eager(case, arguments)[1] for arguments in case.inputs(f, None, 3))
    apart = {backend: ours.from_eager(case, backend, ROWS, SOME) for backend in ("numpy", "llvm")}
    return Line(
        1e3 * eager, apart, timed(key, None, peers), timed(key, ROWS, [peer for peer in peers if peer.name in MANY])
    )


def verdict(what: str, figure: float, target: float, met: Callable[[float, float], bool]) -> None:
    """Print a figure with its target."""
    print(f"{what}: {figure:.3g}, target {target:g}{missed(not met(figure, target))}")


def summary(lines: list[Line]) -> None:
    """Print what the table comes to, with targets."""

    def least(figure: float, target: float) -> bool:
        return figure >= target

    def most(figure: float, target: float) -> bool:
        return figure <= target

    count = len(CASES)
    verdict(f"programs accepted and run, of {count}", len(lines), count, least)
    ones, manies = [line.one.ratios for line in lines], [line.many.ratios for line in lines]
    if all("numba" in ratios for ratios in ones):
        verdict("one set of parameters: at most 4 × numba", sum(r["numba"] >= 1 / 4 for r in ones), 14, least)
        most_of = statistics.median(1 / r["numba"] for r in manies)
        verdict("1,000 rows: ours / numba, median", most_of, 1.2, most)
    if all("JAX" in ratios for ratios in ones):
        best = [min(r[name] for name in BEST_OF if name in r) for r in ones]
        verdict(
            f"one set of parameters: ahead of the best of {', '.join(BEST_OF)}", sum(r > 1 for r in best), 16, least
        )
        verdict("one set of parameters: the best of them / ours, median", statistics.median(best), 5, least)
        verdict("1,000 rows: ahead of JAX", sum(r["JAX"] > 1 for r in manies), count, least)
        verdict("1,000 rows: JAX / ours, median", statistics.median(r["JAX"] for r in manies), 5, least)


def asked(key: str) -> Line | str:
    """The figures of a program, from a process of its own, or why there are none."""
    command = [sys.executable, "-m", "benchmarks.python.comparing", key]
    try:
        run = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=LIMIT, env=own_kernels())
    except subprocess.TimeoutExpired:
        return f"not done in {LIMIT} s"
    if run.returncode:
        return "failed: the error is above"
    answer = json.loads(run.stdout.splitlines()[-1])
    if isinstance(answer, str):
        return answer
    eager, apart, one, many = answer
    return Line(eager, apart, Times(*one), Times(*many))


def answer(key: str) -> None:
    """Print the figures of a program as a line of JSON."""
    peers = [Peer(name, SCRIPT) for name in ONE]
    try:
        print(json.dumps(measured(key, peers)))
    except autograd.TraceError as refusal:
        print(json.dumps(f"refused: {refusal}"))
    finally:
        for peer in peers:
            peer.close()


def main() -> None:
    """Print the table, and what it comes to."""
    load = f", load {os.getloadavg()[0]:.1f} before the start" if hasattr(os, "getloadavg") else ""
    for peer in (peers := [Peer(name, SCRIPT) for name in ONE]):
        peer.close()
    about = "; ".join(f"{peer.name} {peer.about}" for peer in peers)
    print(f"{os.cpu_count()} cores{load}; ours {autograd.__version__}, {autograd.compile(abs).backend}; {about}")
    print("eager: ms of CPU; NumPy, LLVM: the largest difference from eager; first: s of CPU; ours: ms a gradient;")
    print(
        "JAX (scan, while_loop, vmap), CasADi, XAD, PyTorch (the program as it is), numba (the value alone): their time"
    )
    print("over ours, medians of turns; CasADi has no branches")
    print(f"{'':48}{'one set of parameters':>62}{f'{ROWS:,} rows':>35}\n{HEADS}", flush=True)
    lines = []
    for key, case in CASES.items():
        line = asked(key)
        print(f"{key:3}{case.name:21}{line}", flush=True)
        if isinstance(line, str):
            continue
        lines.append(line)
        for rows, times in ((1, line.one), (ROWS, line.many)):
            for name, apart in times.apart.items():
                if apart > AGREE:
                    print(f"{'':24}{name} differs by {apart:.0e}, rows: {rows}")
    if lines:
        summary(lines)
    by_hand.main()
    long_loops.main()


if __name__ == "__main__":
    answer(sys.argv[1])
