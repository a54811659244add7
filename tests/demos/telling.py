"""Demos run in a folder of their own: what they print, and the figures that they save there."""

import contextlib
import importlib.util
import io
from pathlib import Path
from types import ModuleType

import pytest


def told(demo: ModuleType, folder: Path) -> str:
    """What a demo prints, run in this folder."""
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()) as out:
        demo.main()
    return out.getvalue()


def assert_figures(demo: ModuleType, printed: str, folder: Path, names: list[str]) -> None:
    """These figures, and no others, are in the folder that the demo names, each with its name printed."""
    saved = folder / demo.FOLDER
    assert {path.name for path in saved.iterdir()} == {f"{name}.png" for name in names}
    for name in names:
        assert f"→ {demo.FOLDER}/{name}.png: " in printed
        assert (saved / f"{name}.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def assert_names_the_cure(demo: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without matplotlib the demo ends before it starts."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=rf"{demo.__name__} draws .* pip install -e '\.\[demos\]'"):
        demo.main()
