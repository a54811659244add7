"""The pytest plugin: the marker `gradcheck`, the option --gradcheck-artifacts, and hypothesis profiles."""

from __future__ import annotations

import inspect
import os
import re
import zlib
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from traceback import format_exception_only
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option --gradcheck-artifacts=DIR."""
    group = parser.getgroup("autograd")
    group.addoption(
        "--gradcheck-artifacts",
        metavar="DIR",
        help="save a picture of each graph whose gradient is wrong, the guilty operation marked, and its program; "
        "or the message, where there is no graph",
    )


@pytest.hookimpl(tryfirst=True)  # before hypothesis looks up the profile that its option names
def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and the profiles "gradcheck" and "gradcheck-deep" for --hypothesis-profile."""
    config.addinivalue_line("markers", "gradcheck: checks of derivatives, made by autograd.testing.gradcheck")
    try:
        from autograd.testing.registration import profiles
    except ImportError:  # without hypothesis there are no profiles
        return
    profiles()


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: Any, name: str, obj: Any) -> None:
    """Give a gradcheck the parameters that `parametrize` above it and fixtures supply: it does not draw those."""
    held = getattr(obj, "pytestmark", ()) if inspect.isfunction(obj) else ()  # another object may answer anything
    marks = [mark for mark in held if isinstance(mark, pytest.Mark)]
    if not any(mark.name == "gradcheck" for mark in marks):
        return
    from autograd.testing.decorators import allow_fixtures

    parametrized = [
        mark.args[0] if mark.args else mark.kwargs["argnames"] for mark in marks if mark.name == "parametrize"
    ]
    names = [n.strip() for given in parametrized for n in (given.split(",") if isinstance(given, str) else given)]
    fixtures = [n for n in _fixtures(collector, obj) if n not in names]
    if fixtures:
        allow_fixtures(obj)
    names += fixtures
    if names:
        own = [p for p in inspect.signature(obj).parameters.values() if p.name not in names]
        given = [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY) for n in names]
        obj.__signature__ = inspect.Signature([*own, *given])


def _fixtures(collector: Any, test: Any) -> list[str]:
    """The parameters of a gradcheck that are fixtures: those without a default or a domain."""
    from autograd.testing.check import FUNCTION
    from autograd.testing.decorators import DRAWN

    find = collector.session._fixturemanager.getfixturedefs  # pytest has no public way to ask
    try:
        parameters = inspect.signature(getattr(test, FUNCTION)).parameters.values()
    except ValueError:
        return []
    wanted = [p.name for p in parameters if p.default is p.empty and p.name not in (*getattr(test, DRAWN), "self")]
    return [name for name in wanted if find(name, collector)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Save the program and picture of a mismatch, and report where."""
    report = yield
    folder = item.config.getoption("--gradcheck-artifacts")
    if folder and call.excinfo is not None:
        lines: list[str] = []
        try:
            lines.extend(artifacts(call.excinfo.value, Path(folder), item.nodeid))
        except KeyboardInterrupt:  # it would be lost, with this report, among other plugins' hooks
            item.session.shouldstop = "KeyboardInterrupt while gradcheck artifacts were saved"
        if lines:
            report.sections.append(("gradcheck artifacts", "\n".join(lines)))
    return report


def artifacts(error: BaseException, folder: Path, test: str) -> Iterator[str]:
    """Save the program, or message, and picture of each mismatch; yield a line for each, also if saving fails."""
    folder = Path(os.path.expanduser(folder))  # Path.expanduser raises where the home does not exist
    for mismatch in mismatches(error):
        for content in (_program, _picture):
            try:
                made = content(mismatch)
                line = made and str(_written(folder / f"{_stem(test, mismatch.kind)}.{made[0]}", made[1]))
            except Exception as problem:  # the report states any failure and the session goes on
                line = "not saved: " + "".join(format_exception_only(problem)).strip()
            if line:
                yield line.encode("utf-8", "backslashreplace").decode("utf-8")


def mismatches(error: BaseException) -> list[Any]:
    """The gradient mismatches in an exception or in an exception group."""
    from autograd.testing.verdicts import GradientMismatch

    found, waiting = [], [error]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, BaseExceptionGroup):
            waiting[:0] = part.exceptions
        elif isinstance(part, GradientMismatch):
            found.append(part)
    return found


def _program(mismatch: Any) -> tuple[str, bytes]:
    if not mismatch.program:  # f is not code of the engine: the message says how to repeat the check
        return "txt", f"{mismatch}\n".encode("utf-8", "backslashreplace")
    return "py", (mismatch.program + "\n").encode("utf-8", "backslashreplace")


def _picture(mismatch: Any) -> tuple[str, bytes] | None:
    from autograd.testing.pictures import picture

    drawing = picture(mismatch)
    if drawing is None:
        return None
    try:
        return "svg", drawing.pipe("svg")
    except Exception:  # no layout, or none in time
        return "dot", drawing.source.encode("utf-8", "backslashreplace")


def _stem(test: str, kind: str) -> str:
    """A file name that pytest does not collect as a test, unique to this test."""
    name = re.sub(r"[^\w.-]+", "-", test).strip("-")
    short = name.encode("utf-8", "replace")[:100].decode("utf-8", "ignore")
    number = zlib.crc32(test.encode("utf-8", "backslashreplace"))
    return f"gradcheck-{short}-{kind}-{number:08x}"


def _written(path: Path, content: bytes) -> Path:
    """Write a file completely or not at all: several processes may write it at once, and the disk may be full."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise
    return path
