"""A process of a peer's own: requests and answers are lines of JSON, and the first line gives the peer's version."""

import contextlib
import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from typing import Any, NamedTuple, TextIO

import numpy as np

from benchmarks.compiled.turns import Job, turn


class Absent(Exception):
    """A contestant is not installed or cannot run a case; the message says which."""


class Prepared(NamedTuple):
    """A peer's program for a case, its value and gradients at the start, and the seconds of this first call."""

    job: Job
    arrays: list[Any]
    first: float
    rows: int
    scale: float = 1.0  # by how much the rows of the case outnumber those


def own_output() -> TextIO:
    """Standard output for answers alone: what a library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def serve(package: str, start: Callable[[], Callable[[Any], Any]]) -> None:
    """Answer until the requests end, if the package is there; `start` then makes the function that answers."""
    output = own_output()

    def send(answer: Any) -> None:
        print(json.dumps(answer), file=output, flush=True)

    try:
        found = version(package)  # first: a module of ours may have the name of a package that is not installed
        import_module(package)
    except ModuleNotFoundError as error:
        send({"absent": f"not installed ({error})"})
        return
    send({"version": found})
    answer = start()
    with contextlib.suppress(BrokenPipeError):  # a comparison that takes too long is ended
        for line in sys.stdin:
            send(answer(json.loads(line)))


def in_turns(prepare: Callable[[str], Prepared]) -> Callable[[Any], Any]:
    """Answer {"case", "path"} by preparing that case, with its arrays saved at the path, {"calls"} by a turn of it."""
    latest: list[Prepared] = []

    def answer(request: Any) -> Any:
        if "calls" in request:
            seconds, cores = turn(latest[0].job.run, request["calls"])
            return {"seconds": seconds * latest[0].scale, "cores": cores}
        try:
            latest[:] = [prepare(request["case"])]
        except Absent as reason:
            return {"absent": str(reason)}
        np.savez(request["path"], *latest[0].arrays)
        return {"first": latest[0].first, "rows": latest[0].rows}

    return answer
