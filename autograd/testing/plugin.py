"""The pytest plugin: the marker `gradcheck`, the option --gradcheck-artifacts, and profiles of hypothesis."""

from __future__ import annotations

import re
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
        from autograd.testing.decorators import profiles
    except ImportError:  # without hypothesis there are none
        return
    profiles()


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
    stem = folder / f"{name}-{mismatch.kind}"
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
