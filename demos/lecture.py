"""What demos share: the tables in `demos/data`, colours, and figures readable from the last row of a lecture hall."""

import csv
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"

# A palette that colour-blind readers can tell apart (Okabe and Ito, 2008).
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
    """Print the heading of a part of the story."""
    print(f"\n{text}\n{'─' * len(text)}")


def require_matplotlib(demo: str) -> None:
    """Exit, with advice, if matplotlib is missing."""
    if importlib.util.find_spec("matplotlib") is None:
        raise SystemExit(f"demos.{demo} draws with matplotlib: pip install -e '.[demos]'")


@contextmanager
def figure(
    path: Path, shows: str, rows: int = 1, columns: int = 1, width: float = 6.0, height: float = 5.0
) -> Iterator[Any]:
    """Yield the axes of a new figure, each of this size in inches; then save it and print its name."""
    from matplotlib import figure as figures
    from matplotlib import rc_context

    path.parent.mkdir(parents=True, exist_ok=True)
    with rc_context(STYLE):
        page = figures.Figure(figsize=(columns * width, rows * height), layout="constrained", dpi=110)
        yield page.subplots(rows, columns)
        page.savefig(path)
    print(f"→ {path.as_posix()}: {shows}")
