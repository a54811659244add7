"""What --gradcheck-artifacts saves; no failure to save ends a session."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograd.drawing.drawing import Drawing
from autograd.drawing.scenes import layout
from autograd.testing import GradientMismatch, check_gradients, pictures, plugin

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def mismatch() -> GradientMismatch:
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(lambda x: x * x, 1.5, grad=lambda x: 3 * x)
    return caught.value


def raising(error: BaseException):
    def raises(*args, **options):
        raise error

    return raises


def in_the_way(folder: Path) -> Path:
    folder.write_text("a file")
    return folder


FOLDERS = {
    "a file": in_the_way,
    "below a file": lambda folder: in_the_way(folder) / "below",
    "that cannot be made": lambda folder: Path("/proc/no/such"),
    "of too long a name": lambda folder: folder / ("n" * 300),
    "of no name": lambda folder: folder / "a\0b",
    "a link to itself": lambda folder: (folder.symlink_to(folder), folder)[1],
}


@pytest.mark.parametrize("case", FOLDERS)
def test_a_folder_of_no_use(mismatch: GradientMismatch, tmp_path: Path, case: str) -> None:
    lines = list(plugin.artifacts(mismatch, FOLDERS[case](tmp_path / "shown"), "test"))
    assert lines
    assert all(line.startswith("not saved: ") for line in lines)


@pytest.mark.parametrize("where", ["write_bytes", "replace"])
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EACCES], ids=errno.errorcode.get)
def test_a_disk_that_takes_nothing(mismatch, tmp_path: Path, monkeypatch, where: str, error: int) -> None:
    monkeypatch.setattr(Path, where, raising(OSError(error, os.strerror(error))))
    lines = list(plugin.artifacts(mismatch, tmp_path, "test"))
    assert lines and all(os.strerror(error) in line for line in lines)
    assert list(tmp_path.iterdir()) == []


class Mute(Exception):
    """It cannot even be printed."""

    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize("error", [RuntimeError("no picture"), RecursionError(), MemoryError(), Mute()], ids=repr)
def test_a_picture_that_fails_leaves_the_program(mismatch, tmp_path: Path, monkeypatch, error: Exception) -> None:
    mismatch.program = "label = '\ud800'"
    monkeypatch.setattr(pictures, "picture", raising(error))
    program, problem = plugin.artifacts(mismatch, tmp_path, "test")
    assert Path(program).read_text() == "label = '\\ud800'\n"
    assert problem.startswith("not saved: ") and type(error).__name__ in problem


@pytest.mark.parametrize("error", [layout.NoLayoutEngine(), TimeoutError(), RuntimeError()], ids=repr)
def test_a_layout_that_fails_leaves_its_source(mismatch, tmp_path: Path, monkeypatch, error: Exception) -> None:
    monkeypatch.setattr(Drawing, "svg", raising(error))
    saved = [Path(line) for line in plugin.artifacts(mismatch, tmp_path, "test")]
    assert saved[-1].suffix == ".dot"
    assert saved[-1].read_text(encoding="utf-8").startswith("digraph")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_is_to_end_the_session_does(mismatch, tmp_path: Path, monkeypatch, error: type[BaseException]) -> None:
    monkeypatch.setattr(pictures, "picture", raising(error()))
    with pytest.raises(error):
        list(plugin.artifacts(mismatch, tmp_path, "test"))


NAMES = [
    "tests/test_a.py::test[a/b]", "tests/test_a.py::test[a-b]", "tests/test_a.py::test[../../a]", "", "/", "..",
    "test[" + "x" * 500 + "]", "test[" + "x" * 499 + "y]", "test[" + "σ" * 500 + "]", "test[CON]", "test[a:b*?\"<>|]",
    "test[\ud800]", "test[\udcff]", "test[a\0b\n]",
]  # fmt: skip


def test_every_test_has_files_of_its_own(mismatch: GradientMismatch, tmp_path: Path) -> None:
    saved = [line for name in NAMES for line in plugin.artifacts(mismatch, tmp_path / "shown", name)]
    assert len(set(saved)) == len(saved) >= len(NAMES)
    assert {Path(line) for line in saved} == set((tmp_path / "shown").iterdir())
    assert [*tmp_path.iterdir()] == [tmp_path / "shown"]


def test_a_folder_whose_name_is_no_text(mismatch: GradientMismatch, tmp_path: Path) -> None:
    for line in plugin.artifacts(mismatch, tmp_path / "\udcff", "test"):
        line.encode("utf-8")  # as xdist sends it


def test_a_folder_in_the_home(mismatch: GradientMismatch, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert all(line.startswith(str(tmp_path / "shown")) for line in plugin.artifacts(mismatch, Path("~/shown"), "test"))


def test_mismatches_are_found_however_deep(mismatch: GradientMismatch) -> None:
    group: BaseException = mismatch
    for _ in range(5000):
        group = BaseExceptionGroup("", [KeyError(), group])
    assert plugin.mismatches(group) == [mismatch]
    while isinstance(group, BaseExceptionGroup):  # taken apart here: Python frees it recursively
        group = group.exceptions[-1]


# --- whole sessions

FAILING = """
import pytest
from autograd.testing import check_gradients

has_every_attribute = type("Anything", (), {"__getattr__": lambda self, name: 2.0})()

@pytest.mark.parametrize("name", ["a/b", "n" * 500, "\\ud800"], ids=lambda name: name)
def test_of_names(name):
    check_gradients(lambda x: 3 * x * x, 1.0, grad=lambda x: 5 * x)

@pytest.fixture
def wrong():
    check_gradients(lambda x: 3 * x * x, 1.0, grad=lambda x: 5 * x)

def test_of_a_fixture(wrong):
    pass

def test_other():
    pass
"""

INTERRUPTED = """
import autograd.testing.pictures

def picture(mismatch):
    raise KeyboardInterrupt

autograd.testing.pictures.picture = picture
"""


def session(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_slip.py").write_text(FAILING, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-W", "error", *options, "test_slip.py"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert "INTERNALERROR" not in done.stdout + done.stderr
    return done


def test_a_session_goes_on_where_nothing_can_be_saved(tmp_path: Path) -> None:
    (tmp_path / "shown").write_text("a file")
    done = session(tmp_path, "--gradcheck-artifacts=shown")
    assert done.returncode == 1
    assert "3 failed, 1 passed, 1 error" in done.stdout
    assert done.stdout.count("not saved: FileExistsError") == 8


def test_the_workers_of_a_session_save_at_once(tmp_path: Path) -> None:
    pytest.importorskip("xdist")
    done = session(tmp_path, "--gradcheck-artifacts=shown", "-p", "xdist", "-n", "2", "--dist", "each")
    assert "6 failed, 2 passed, 2 errors" in done.stdout
    assert "not saved" not in done.stdout
    files = list((tmp_path / "shown").iterdir())
    assert len([file for file in files if file.suffix == ".svg"]) == 4
    assert {file.suffix for file in files} <= {".svg", ".py"}


def test_an_interrupt_ends_a_session_as_ever(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(INTERRUPTED)
    done = session(tmp_path, "--gradcheck-artifacts=shown")
    assert done.returncode == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" in done.stdout
    assert "1 failed" in done.stdout  # and still reports earlier results
