"""Graphviz: DOT in, a rendered picture out, in a separate process with a time limit."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from time import monotonic

import graphviz

SECONDS = 10.0
GLANCE = 0.1  # seconds between checks of how much an engine has printed
MOST = 2**27  # bytes: no picture is this large
UNAVAILABLE = 69  # the status of a process without pygraphviz

# pygraphviz includes Graphviz itself. In this process, a layout would stall every thread. The other process imports
# nothing from the working directory, which anyone may have written; the package's own folders come last.
_PYGRAPHVIZ = f"""
import sys
ending, program, options, *folders = sys.argv[1:]
sys.path += folders
try:
    import pygraphviz
except ModuleNotFoundError as error:
    if error.name != "pygraphviz":
        raise
    sys.exit({UNAVAILABLE})
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(graph.draw(format=ending, prog=program, args=options))
"""

COMPLETE = {  # the start and end of a complete picture
    "svg": (b"<svg", b"</svg>"),
    "png": (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    "pdf": (b"%PDF-", b"%%EOF"),
}


class Endless(Exception):
    """A process printed more than any picture takes."""


class NoLayoutEngine(graphviz.ExecutableNotFound):  # type: ignore[misc]  # graphviz has no types
    """Neither the `dot` program nor pygraphviz is installed."""

    def __init__(self, written: str = "") -> None:
        super().__init__(["dot"])
        advice = "draw: no layout engine: install Graphviz, or pip install 'scalar-autograd[draw]'"
        self.advice = advice + (f"; the DOT source is in {written}" if written else "")
        self.args = (written,)  # pickle creates a copy from these

    def __str__(self) -> str:
        return self.advice


def command(ending: str, placed: bool = False) -> list[str]:
    """The command that reads DOT and writes a picture; if all is `placed`, it moves nothing.

    Raises NoLayoutEngine if there is none.
    """
    path = os.pathsep.join(filter(os.path.isabs, os.get_exec_path()))
    dot = shutil.which("dot", path=path)
    if dot and os.path.isabs(dot):  # Windows searches the working directory anyway
        return [dot, f"-T{ending}", *(("-Knop2",) if placed else ())]
    if sys.executable and importlib.util.find_spec("pygraphviz") is not None:
        flags = {"-B": sys.flags.dont_write_bytecode, "-S": sys.flags.no_site}
        ours = [flag for flag, is_set in flags.items() if is_set]
        how = ("nop2", "") if placed else ("dot", "")
        return [sys.executable, "-I", *ours, "-c", _PYGRAPHVIZ, ending, *how, *filter(_is_elsewhere, sys.path)]
    raise NoLayoutEngine


def _is_elsewhere(folder: str) -> bool:
    """Whether an import folder is not the working directory."""
    return os.path.isabs(folder) and not (os.path.exists(folder) and os.path.samefile(folder, os.curdir))


def render(source: str, ending: str, placed: bool = False, seconds: float = SECONDS) -> bytes:
    """The picture of a DOT source; if it is `placed`, everything has its place already.

    Raises NoLayoutEngine if there is no engine, RuntimeError if it fails or prints no picture, TimeoutError if it takes
    too long.
    """
    try:
        return _picture(command(ending, placed), source.encode("utf-8"), ending, seconds)
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"draw: no {ending} within {seconds:g} s; lower max_nodes, or save the .svg") from None


def _picture(engine: list[str], source: bytes, ending: str, seconds: float) -> bytes:
    try:
        status, out, said = _run(engine, source, seconds)
    except OSError as error:
        raise _failure(engine, f"cannot be run: {error.strerror}", b"") from error
    except Endless:
        raise _failure(engine, f"printed more than {MOST >> 20} MiB", b"") from None
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
    """Run a process; return its status and output. If the wait ends early, it is killed with all that it started."""
    pipe = subprocess.PIPE
    with tempfile.TemporaryFile() as given:  # `communicate` sends nothing after a wait, and a pipe holds 64 KiB
        given.write(source)
        given.seek(0)
        with subprocess.Popen(command, stdin=given, stdout=pipe, stderr=pipe, start_new_session=True) as process:
            try:
                out, said = _printed(process, seconds)
            except BaseException:
                if sys.platform == "win32":
                    process.kill()
                else:
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise
    return process.returncode, out, said


def _printed(process: subprocess.Popen[bytes], seconds: float) -> tuple[bytes, bytes]:
    """All that a process prints until it ends. TimeoutExpired if that takes too long, Endless if it is too much."""
    end = monotonic() + seconds
    while True:
        try:
            return process.communicate(timeout=min(GLANCE, seconds))
        except subprocess.TimeoutExpired as waiting:
            if monotonic() >= end:
                raise
            if len(waiting.output or b"") + len(waiting.stderr or b"") > MOST:
                raise Endless from None


def _is_whole(picture: bytes, ending: str) -> bool:
    start, end = COMPLETE.get(ending, (b"", b""))
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
