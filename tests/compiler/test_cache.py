"""The cache of machine code: in memory, in a folder, whatever has happened to its files."""

import os

import pytest

import autograd
from autograd import compile, value_and_grad
from autograd.compiler.backends import missing
from tests.compiler.backends import needs_llvm

pytestmark = needs_llvm


@pytest.fixture
def machine(tmp_path, monkeypatch: pytest.MonkeyPatch):
    """The module that compiles, its cache in an empty folder and nothing in memory; `compilations` counts."""
    from autograd.compiler.llvm import machine

    monkeypatch.setenv("AUTOGRAD_CACHE", os.fspath(tmp_path / "cache"))
    monkeypatch.setattr(machine, "_codes", {})
    missing()  # which tries the compiler, once
    compiled = machine.compiled
    machine.compilations = 0

    def counting(text: str) -> bytes:
        machine.compilations += 1
        return compiled(text)

    monkeypatch.setattr(machine, "compiled", counting)
    yield machine
    del machine.compilations


def slope_at(x: float) -> float:
    return compile(lambda x: autograd.tanh(x) * x, backend="llvm").value_and_grad(x)[1]


WANTED = value_and_grad(lambda x: autograd.tanh(x) * x)(0.5)[1]


def test_code_is_kept_in_memory_and_in_a_folder(machine, tmp_path) -> None:
    assert slope_at(0.5) == pytest.approx(WANTED, rel=1e-15)
    (file,) = (tmp_path / "cache").iterdir()
    slope_at(0.5)
    assert machine.compilations == 1
    machine._codes.clear()
    assert slope_at(0.5) == pytest.approx(WANTED, rel=1e-15)
    assert machine.compilations == 1
    assert list((tmp_path / "cache").iterdir()) == [file]


SPOILT = {
    "empty": lambda data: b"",
    "cut short": lambda data: data[:-1],
    "a bit is another": lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
    "of another version": lambda data: data.replace(b"autograd", b"autogrid", 1),
    "something else": lambda data: b"\x80\x04K\x01.",
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_file_that_is_spoilt_is_made_anew(machine, tmp_path, case: str) -> None:
    slope_at(0.5)
    (file,) = (tmp_path / "cache").iterdir()
    whole = file.read_bytes()
    file.write_bytes(SPOILT[case](whole))
    machine._codes.clear()
    assert slope_at(0.5) == pytest.approx(WANTED, rel=1e-15)
    assert machine.compilations == 2
    assert file.read_bytes() == whole


def test_a_folder_that_cannot_be_written_is_no_matter(machine, tmp_path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert slope_at(0.5) == pytest.approx(WANTED, rel=1e-15)


def test_code_is_of_one_processor(machine, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    slope_at(0.5)
    own = machine.host()
    monkeypatch.setattr(machine, "host", lambda: own._replace(features=own.features + ",+crc32"))
    slope_at(0.5)
    assert machine.compilations == 2
    assert len(list((tmp_path / "cache").iterdir())) == 2
