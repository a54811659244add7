"""The layout process: it runs nothing from the working directory, and every kind of failure has its own message."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from autograd import Value, draw
from autograd.drawing.scenes import layout

ROOT = Path(__file__).parent.parent.parent
BAIT = "open({mark!r}, 'w').close()\n"


def picture():
    """A picture that Graphviz lays out, because it has attributes of Graphviz's."""
    x = Value(0.5, label="x")
    return draw(x * x, graph_attr={"nodesep": "0.3"})


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, full of modules and a `dot` that create a file named `mark` when run."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in ("pygraphviz", "random", "re", "types", "site", "sitecustomize", "usercustomize", "encodings"):
        (folder / f"{name}.py").write_text(BAIT.format(mark=str(folder / "mark")))
    program(folder, f"echo > {folder / 'mark'}")
    monkeypatch.chdir(folder)
    return folder


def program(folder: Path, script: str, first: str = "#!/bin/sh\n") -> Path:
    """A `dot` that is a script."""
    path = folder / "dot"
    path.write_text(first + script)
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("added", [[], [""], ["."], ["{here}"], ["{here}/../hostile"], ["..", "/", "/no/such/folder"]])
def test_nothing_in_the_working_directory_is_run(hostile: Path, monkeypatch: pytest.MonkeyPatch, added) -> None:
    pytest.importorskip("pygraphviz")
    folders = [folder.format(here=hostile) for folder in added]
    monkeypatch.setattr(sys, "path", [*folders, *sys.path])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(folders))
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", *(folder for folder in folders if not os.path.isabs(folder))]))
    assert "<svg" in picture().svg()
    assert not (hostile / "mark").exists()


def test_nothing_in_the_working_directory_is_run_by_an_interactive_session(hostile: Path) -> None:
    pytest.importorskip("pygraphviz")
    for path in hostile.glob("*.py"):
        if path.stem != "pygraphviz":  # the session itself would run these
            path.unlink()
    code = "from autograd import Value, draw; draw(Value(1.0) * 2, graph_attr={'nodesep': '0.3'}).save('picture.svg')"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": ""}
    subprocess.run([sys.executable, "-W", "error", "-c", code], env=environment, check=True)
    assert not (hostile / "mark").exists()
    assert (hostile / "picture.svg").exists()


def test_without_pygraphviz_that_of_the_working_directory_does_not_count(hostile: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "path", ["", str(hostile), *sys.path])
    found = layout.command("svg")
    without = [sys.executable, "-I", "-S", *found[2:5], *(f for f in found[5:] if "site-packages" not in f)]
    monkeypatch.setattr(layout, "command", lambda ending, placed: without)
    with pytest.raises(layout.NoLayoutEngine):
        picture().svg()
    assert not (hostile / "mark").exists()


STUB = """
class AGraph:
    def __init__(self, string): pass
    def draw(self, format, prog, args): return b"<svg>stub</svg>"
"""


def test_a_package_is_found_where_this_process_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a PYTHONPATH, among a user's own packages, or in a folder that a tool has added."""
    (tmp_path / "pygraphviz.py").write_text(STUB)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *(f for f in sys.path if "site-packages" not in f)])
    found = layout.command("svg")
    monkeypatch.setattr(layout, "command", lambda ending, placed: [found[0], "-S", *found[1:]])
    assert "stub" in picture().svg()


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a `dot`, ahead of all others on the path."""
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path), "/usr/bin", "/bin"]))
    return tmp_path


@pytest.mark.skipif(os.name != "posix", reason="scripts of the shell")
def test_a_dot_in_the_working_directory_does_not_hide_the_real_one(hostile: Path, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "real").mkdir()
    program(tmp_path / "real", "echo '<svg>real</svg>'")
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", "../hostile", str(tmp_path / "real")]))
    assert "real" in picture().svg()
    assert not (hostile / "mark").exists()


FAILURES = {
    "nothing": ("exit 0", "dot printed nothing"),
    "nothing but a warning": ("echo no font >&2", "dot printed nothing: no font"),
    "garbage": ("echo garbage", "dot printed no whole svg"),
    "half a picture": ("echo '<svg><g>'", "dot printed no whole svg"),
    "bytes": (r"printf '<svg>\377</svg>'", "dot printed no whole svg"),
    "an error": ("echo 'syntax error' >&2; exit 3", "dot failed with status 3: syntax error"),
    "an error without words": ("exit 1", "dot failed with status 1\n"),
    "an error in bytes": (r"printf '\377' >&2; exit 1", "dot failed with status 1: �"),
    "a crash": ("kill -SEGV $$", "dot was killed by SIGSEGV"),
    "out of memory": ("kill -KILL $$", "dot was killed by SIGKILL"),
    "an uncommon signal": ("kill -40 $$", "dot was killed by signal 40"),
    "deaf": ("exec <&-; echo garbage", "dot printed no whole svg"),
}


@pytest.mark.skipif(os.name != "posix", reason="scripts of the shell")
@pytest.mark.parametrize("case", FAILURES)
def test_a_program_that_makes_no_picture(fake: Path, case: str) -> None:
    script, words = FAILURES[case]
    program(fake, script)
    with pytest.raises(RuntimeError, match=words) as caught:
        picture().svg()
    assert "Install Graphviz" in str(caught.value) and "save the .dot" in str(caught.value)
    assert picture().save(fake / "kept.dot").exists()


@pytest.mark.skipif(os.name != "posix", reason="scripts of the shell")
@pytest.mark.parametrize("where", ["", ">&2"], ids=["out", "error"])
def test_a_program_that_prints_for_ever(fake: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    monkeypatch.setattr(layout, "MOST", 2**20)
    program(fake, f"yes {where}")
    with pytest.raises(RuntimeError, match="dot printed more than 1 MiB"):
        layout.render("digraph {}", "svg")


@pytest.mark.skipif(os.name != "posix", reason="scripts of the shell")
def test_a_program_that_is_slow_to_begin_reads_all(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "GLANCE", 0.01)
    program(fake, "sleep 0.1; echo '<svg>'; wc -c; echo '</svg>'")
    found = layout.render("x" * 200_000, "svg").decode()  # more than a pipe holds
    assert found.split() == ["<svg>", "200000", "</svg>"]


@pytest.mark.skipif(os.name != "posix", reason="scripts of the shell")
@pytest.mark.parametrize("first", ["", "#!/no/such/program\n"], ids=["no program", "no interpreter"])
def test_a_program_that_cannot_be_run(fake: Path, first: str) -> None:
    path = program(fake, "\0", first)
    with pytest.raises(RuntimeError, match="dot cannot be run: ") as caught:
        picture().svg()
    assert str(path) in str(caught.value) and "Install Graphviz" in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="scripts of the shell")
@pytest.mark.parametrize("ending", ["png", "pdf", "svg"])
def test_a_picture_of_another_kind_is_no_picture(fake: Path, ending: str) -> None:
    program(fake, "echo '%PDF-1.5 <sv'")
    with pytest.raises(RuntimeError, match=f"no whole {ending}"):
        picture().save(fake / f"picture.{ending}")
    assert not (fake / f"picture.{ending}").exists()


@pytest.mark.skipif(os.name != "posix", reason="scripts of the shell")
def test_a_program_that_hangs_is_ended_with_what_it_has_started(fake: Path) -> None:
    (fake / "started").touch()
    program(fake, f"sleep 600 & echo $! >> {fake / 'started'}; wait")
    with pytest.raises(TimeoutError, match="max_nodes"):
        layout.render("digraph {}", "svg", seconds=1.0)
    started = [int(line) for line in (fake / "started").read_text().split()]
    deadline = time.monotonic() + 60.0
    while any(map(is_running, started)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(is_running, started))


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:  # a zombie: it has ended, but nobody has read its status
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no such signals here")
def test_an_interrupt_ends_the_program_too(fake: Path) -> None:
    started, main = fake / "started", threading.get_ident()
    started.touch()
    program(fake, f"cat > /dev/null; echo $$ > {started}; exec sleep 600")  # once it has received its input

    def press() -> None:
        while not started.read_text():
            time.sleep(0.01)
        signal.pthread_kill(main, signal.SIGALRM)

    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    thread = threading.Thread(target=press)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            layout.render("digraph {}", "svg", seconds=60.0)
    finally:
        thread.join()
        signal.signal(signal.SIGALRM, before)
    assert not is_running(int(started.read_text()))
