"""The pytest plugin: the marker `gradcheck`, the option --gradcheck-artifacts, and profiles of hypothesis."""

from __future__ import annotations

import inspect
import re
import zlib
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """--gradcheck-artifacts=DIR."""
    group = parser.getgroup("autograd")
    group.addoption(
        "--gradcheck-artifacts",
        metavar="DIR",
        help="save a picture of each graph whose gradient is wrong, the guilty operation marked, and its program",
    )


@pytest.hookimpl(tryfirst=True)  # before hypothesis looks for the profile that its option names
def pytest_configure(config: pytest.Config) -> None:
    """The marker, and the profiles "gradcheck" and "gradcheck-deep" for --hypothesis-profile."""
    config.addinivalue_line("markers", "gradcheck: checks of derivatives, made by autograd.testing.gradcheck")
    try:
        from autograd.testing.registration import profiles
    except ImportError:  # without hypothesis there are none
        return
    profiles()


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(name: str, obj: Any) -> None:
    """Let a gradcheck have the parameters that `parametrize` above it gives: it does not draw those."""
    marks = {mark.name: mark for mark in getattr(obj, "pytestmark", ()) if isinstance(mark, pytest.Mark)}
    if "gradcheck" in marks and "parametrize" in marks:
        parametrized = [
            mark.args[0] if mark.args else mark.kwargs["argnames"]
            for mark in obj.pytestmark
            if mark.name == "parametrize"
        ]
        names = [n.strip() for given in parametrized for n in (given.split(",") if isinstance(given, str) else given)]
        own = [p for p in inspect.signature(obj).parameters.values() if p.name not in names]
        given = [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY) for n in names]
        obj.__signature__ = inspect.Signature([*own, *given])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Save what shows a mismatch, and say where."""
    report = yield
    folder = item.config.getoption("--gradcheck-artifacts")
    if folder and call.excinfo is not None and report.when == "call":
        saved = [path for error in mismatches(call.excinfo.value) for path in save(error, Path(folder), item.nodeid)]
        if saved:
            report.sections.append(("gradcheck artifacts", "\n".join(map(str, saved))))
    return report


def mismatches(error: BaseException) -> list[Any]:
    """The gradient mismatches in an exception or a group of them."""
    from autograd.testing.verdicts import GradientMismatch

    if isinstance(error, BaseExceptionGroup):
        return [found for part in error.exceptions for found in mismatches(part)]
    return [error] if isinstance(error, GradientMismatch) else []


def save(mismatch: Any, folder: Path, test: str) -> list[Path]:
    """The picture of a mismatch and its program, in files named after its test."""
    from autograd.testing.pictures import picture

    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]+", "-", test).strip("-")
    number = zlib.crc32(test.encode())  # tests of different names may be the same without what a file name cannot hold
    stem = folder / f"gradcheck-{name}-{mismatch.kind}-{number:08x}"  # which pytest does not take for a test
    saved = []
    drawing = picture(mismatch)
    if drawing is not None:
        try:
            saved.append(drawing.save(f"{stem}.svg"))
        except FileNotFoundError:  # no layout engine: the DOT source has been written in place of it
            saved.append(Path(f"{stem}.dot"))
    if mismatch.program:
        program = Path(f"{stem}.py")
        program.write_text(mismatch.program + "\n", encoding="utf-8")
        saved.append(program)
    return saved
