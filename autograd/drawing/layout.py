"""Layout: DOT in, a rendered picture out, in a process of its own, with a time limit and a plainer second try."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys

import graphviz

SECONDS = 10.0

# pygraphviz carries Graphviz itself. Called in this process, a layout would stall every thread of it.
_PYGRAPHVIZ = (
    "import sys, pygraphviz;"
    "graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode());"
    "sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog='dot'))"
)


class NoLayoutEngine(graphviz.ExecutableNotFound):  # type: ignore[misc]  # graphviz has no types
    """Neither the `dot` program nor pygraphviz is there."""

    def __init__(self, written: str = "") -> None:
        super().__init__(["dot"])
        advice = "draw: no layout engine: install Graphviz, or pip install 'scalar-autograd[draw]'"
        self.advice = advice + (f"; the DOT source is in {written}" if written else "")
        self.args = (written,)  # of which a copy is made again

    def __str__(self) -> str:
        return self.advice


def command(ending: str) -> list[str]:
    """The command that reads DOT and writes a picture; NoLayoutEngine where there is none."""
    if shutil.which("dot"):
        return ["dot", f"-T{ending}"]
    if importlib.util.find_spec("pygraphviz") is not None:
        return [sys.executable, "-c", _PYGRAPHVIZ, ending]
    raise NoLayoutEngine


def render(source: str, plainer: str, ending: str, seconds: float = SECONDS) -> bytes:
    """The picture; `plainer` is laid out instead where `source` takes too long. TimeoutError where both do."""
    for attempt in (source, plainer):
        try:
            run = subprocess.run(
                command(ending), input=attempt.encode("utf-8"), capture_output=True, timeout=seconds, check=True
            )
        except subprocess.TimeoutExpired:
            continue
        except subprocess.CalledProcessError as error:
            raise RuntimeError(f"draw: the layout failed: {error.stderr.decode(errors='replace')}") from error
        return run.stdout
    raise TimeoutError(f"draw: no layout within {seconds:g} s, twice; lower max_nodes, or save the .dot")
