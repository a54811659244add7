"""Runs demos in a separate folder: their output, and the figures they save there."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent


def told(demo: str, folder: Path, *arguments: str) -> str:
    """The output of `python -m demos.NAME`, run in this folder without a PATH; every drawing that it names is there."""
    command = [sys.executable, "-m", f"demos.{demo}", *arguments]
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stderr
    for name in re.findall(r"(\w+\.(?:svg|html))", result.stdout):
        assert "<svg" in (folder / name).read_text(encoding="utf-8")
    return result.stdout


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
