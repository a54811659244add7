"""Layout: DOT in, a rendered picture out, in a separate process, with a time limit and a plainer second try."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress

import graphviz

SECONDS = 10.0
UNAVAILABLE = 69  # the status of a process without pygraphviz

# pygraphviz includes Graphviz itself. In this process, a layout would stall every thread. The other process imports
# nothing from the working directory, which anybody may have written; our own folders come last.
_PYGRAPHVIZ = f"""
import sys
ending, *folders = sys.argv[1:]
sys.path += folders
try:
    import pygraphviz
except ModuleNotFoundError as error:
    if error.name != "pygraphviz":
        raise
    sys.exit({UNAVAILABLE})
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(graph.draw(format=ending, prog="dot"))
"""

WHOLE = {  # what a picture contains, and what it ends with
    "svg": (b"<svg", b"</svg>"),
    "png": (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    "pdf": (b"%PDF-", b"%%EOF"),
}


class NoLayoutEngine(graphviz.ExecutableNotFound):  # type: ignore[misc]  # graphviz has no types
    """Neither the `dot` program nor pygraphviz is installed."""

    def __init__(self, written: str = "") -> None:
        super().__init__(["dot"])
        advice = "draw: no layout engine: install Graphviz, or pip install 'scalar-autograd[draw]'"
        self.advice = advice + (f"; the DOT source is in {written}" if written else "")
        self.args = (written,)  # for pickle, which creates a copy from these

    def __str__(self) -> str:
        return self.advice


def command(ending: str) -> list[str]:
    """The command that reads DOT and writes a picture; NoLayoutEngine if there is none."""
    path = os.pathsep.join(filter(os.path.isabs, os.get_exec_path()))
    dot = shutil.which("dot", path=path)
    if dot and os.path.isabs(dot):  # Windows searches the working directory anyway
        return [dot, f"-T{ending}"]
    if sys.executable and importlib.util.find_spec("pygraphviz") is not None:
        flags = {"-B": sys.flags.dont_write_bytecode, "-S": sys.flags.no_site}
        ours = [flag for flag, is_set in flags.items() if is_set]
        return [sys.executable, "-I", *ours, "-c", _PYGRAPHVIZ, ending, *filter(_is_elsewhere, sys.path)]
    raise NoLayoutEngine


def _is_elsewhere(folder: str) -> bool:
    """Whether an import folder is not the working directory."""
    return os.path.isabs(folder) and not (os.path.exists(folder) and os.path.samefile(folder, os.curdir))


def render(source: str, plainer: str, ending: str, seconds: float = SECONDS) -> bytes:
    """The picture; `plainer` is laid out instead if `source` takes too long. TimeoutError if both do.

    NoLayoutEngine if there is no engine, RuntimeError if it fails or prints no picture.
    """
    for attempt in (source, plainer):
        with suppress(subprocess.TimeoutExpired):
            return _picture(command(ending), attempt.encode("utf-8"), ending, seconds)
    raise TimeoutError(f"draw: no layout within {seconds:g} s, twice; lower max_nodes, or save the .dot")


def _picture(engine: list[str], source: bytes, ending: str, seconds: float) -> bytes:
    try:
        status, out, said = _run(engine, source, seconds)
    except OSError as error:
        raise _failure(engine, f"cannot be run: {error.strerror}", b"") from error
    if status == UNAVAILABLE:
        raise NoLayoutEngine
    if status < 0:
        raise _failure(engine, f"was killed by {_signal(-status)}", said)
    if status:
        raise _failure(engine, f"failed with status {status}", said)
    if not out:
        raise _failure(engine, "printed nothing", said)
    if not _is_whole(out, ending):
        raise _failure(engine, f"printed no whole {ending}", said)
    return out


def _run(command: list[str], source: bytes, seconds: float) -> tuple[int, bytes, bytes]:
    """The status of a process and what it printed; whatever ends the wait also kills it and all that it started."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True) as process:
        try:
            out, said = process.communicate(source, timeout=seconds)
        except BaseException:
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
    return process.returncode, out, said


def _is_whole(picture: bytes, ending: str) -> bool:
    start, end = WHOLE.get(ending, (b"", b""))
    try:
        if ending == "svg":
            picture.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return start in picture and picture.rstrip().endswith(end)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _failure(engine: list[str], what: str, said: bytes) -> RuntimeError:
    name = "pygraphviz" if engine[0] == sys.executable else engine[0]
    words = f": {said.decode(errors='replace').strip()[-2000:]}" if said.strip() else ""
    return RuntimeError(
        f"draw: the layout failed: {name} {what}{words}\nInstall Graphviz anew, or save the .dot, which needs no layout"
    )
