"""Runs demos in a separate folder: their output, and the figures they save there."""

import contextlib
import importlib.util
import io
from pathlib import Path
from types import ModuleType

import pytest


def told(demo: ModuleType, folder: Path) -> str:
    """The output of a demo, run in this folder."""
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()) as out:
        demo.main()
    return out.getvalue()


def assert_figures(demo: ModuleType, printed: str, folder: Path, names: list[str]) -> None:
    """The folder that the demo names contains exactly these figures, each with its name printed."""
    saved = folder / demo.FOLDER
    assert {path.name for path in saved.iterdir()} == {f"{name}.png" for name in names}
    for name in names:
        assert f"→ {demo.FOLDER}/{name}.png: " in printed
        assert (saved / f"{name}.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def assert_names_the_cure(demo: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without matplotlib the demo exits before it starts, with advice."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=rf"{demo.__name__} draws .* pip install -e '\.\[demos\]'"):
        demo.main()
