"""What demos share: the tables in `demos/data`, colours, and figures that the last row of a lecture can read."""

import csv
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"

# Told apart by colour-blind readers, too (Okabe and Ito, 2008).
BLUE, ORANGE, GREEN, PINK, SKY, YELLOW = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"

STYLE = {
    "font.size": 15,
    "axes.titlesize": 16,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 2.5,
    "legend.frameon": False,
    "legend.fontsize": 14,
}


def read(name: str) -> list[dict[str, str]]:
    """The rows of a table in `demos/data`."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def heading(text: str) -> None:
    """A part of the story begins."""
    print(f"\n{text}\n{'─' * len(text)}")


def require_matplotlib(demo: str) -> None:
    """SystemExit, with the cure, where matplotlib is missing."""
    if importlib.util.find_spec("matplotlib") is None:
        raise SystemExit(f"demos.{demo} draws with matplotlib: pip install -e '.[demos]'")


@contextmanager
def figure(
    path: Path, shows: str, rows: int = 1, columns: int = 1, width: float = 6.0, height: float = 5.0
) -> Iterator[Any]:
    """The axes of a new figure, each of this size in inches; afterwards it is saved, and its name printed."""
    from matplotlib import figure as figures
    from matplotlib import rc_context

    path.parent.mkdir(parents=True, exist_ok=True)
    with rc_context(STYLE):
        page = figures.Figure(figsize=(columns * width, rows * height), layout="constrained", dpi=110)
        yield page.subplots(rows, columns)
        page.savefig(path)
    print(f"→ {path.as_posix()}: {shows}")
