"""Drawings: how they are saved, rendered and shown, and what happens without a layout engine or when time runs out."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import graphviz
import pytest

import autograd
from autograd import Value, draw, no_grad
from autograd.drawing import draw_dot
from autograd.drawing.scenes import layout
from autograd.drawing.scenes.themes import THEMES
from nn import MLP


def cost() -> Value:
    x, y = Value(0.5, label="x"), Value.constant(3.0, label="<y & 'z'>")
    C = (x * x + y).relu() * x
    C.label = "C"
    return C


@pytest.mark.parametrize(
    ("ending", "magic"),
    [("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("dot", b"digraph"), ("html", b"<!DOCTYPE html>")],
)
def test_the_ending_decides(ending: str, magic: bytes, tmp_path: Path) -> None:
    path = draw(cost()).save(tmp_path / f"picture.{ending}")
    assert path.read_bytes().startswith(magic)


def test_the_habits_of_graphviz(tmp_path: Path) -> None:
    drawing = draw(cost(), graph_attr={"size": "5"}, node_attr={"penwidth": "2"}, edge_attr={"arrowhead": "vee"})
    for attribute in ("size=5", "penwidth=2", "arrowhead=vee"):
        assert attribute in drawing.source
    assert drawing.render(tmp_path / "picture", format="png") == str(tmp_path / "picture.png")
    assert drawing.pipe("svg").startswith(b"<?xml"), "with attributes of Graphviz's, it lays the picture out"
    for name in ("other", "third.dot"):
        draw(cost(), filename=str(tmp_path / name), format="dot")
    assert sorted(path.name for path in tmp_path.glob("*.dot")) == ["other.dot", "third.dot"]
    assert draw_dot(cost()).source == draw(cost()).source


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"show": "all"}, "show must be one of auto, chain, short, values, structure"),
        ({"collapse": "everything"}, "collapse must be one of auto, none"),
        ({"theme": "sepia"}, "theme must be one of light, dark"),
        ({"size": "poster"}, "size must be one of slide, column, page, natural"),
        ({"rankdir": "up"}, "rankdir must be one of LR"),
        ({"max_nodes": 0}, "max_nodes must be at least 1"),
        ({"max_nodes": "many"}, "max_nodes must be at least 1"),
        ({"expand": "layers.9"}, "expand='layers.9' is not the path of a module"),
    ],
)
def test_an_option_that_does_not_exist_is_an_error(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw(cost(), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("names", [3, {"x": 3}, {"x": "y"}])
def test_bad_names_are_an_error(names: object) -> None:
    with pytest.raises(TypeError, match="names"):
        draw(cost(), names=names)


@pytest.mark.parametrize("output", [1.0, None, [Value(1.0)]])
def test_anything_but_a_value_is_an_error(output: object) -> None:
    with pytest.raises(TypeError, match="expected the Value at the end of a graph"):
        draw(output)  # type: ignore[arg-type]


def test_another_ending_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must end in one of \.svg"):
        draw(cost()).save(tmp_path / "picture.gif")


def test_an_svg_says_what_it_is() -> None:
    root = ElementTree.fromstring(draw(cost()).svg())
    assert root.get("role") == "img"
    title, description = root[0], root[1]
    assert (title.tag.rpartition("}")[2], title.text) == ("title", "Gradient graph of C")
    assert description.tag.endswith("desc")
    assert "6 boxes, 7 arrows" in (description.text or "")


def test_the_same_bytes_in_every_run() -> None:
    code = (
        "import random; from nn import MLP; from autograd import draw; random.seed(1); m = MLP(2, [4, 4, 1]);"
        "C = sum(m([i, 1.0]) for i in range(9)); C.backward(); print(draw(C, names=m).source)"
    )
    root = str(Path(autograd.__file__).parent.parent)
    sources = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(sources) == 1


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(ending: str, placed: bool) -> list[str]:
        raise layout.NoLayoutEngine

    monkeypatch.setattr(layout, "command", missing)


@pytest.mark.usefixtures("no_engine")
def test_only_png_and_pdf_need_graphviz(tmp_path: Path) -> None:
    with pytest.raises(graphviz.ExecutableNotFound, match=r"scalar-autograd\[draw\].*picture\.svg"):
        draw(cost()).save(tmp_path / "picture.png")
    assert "<svg" in (tmp_path / "picture.svg").read_text(encoding="utf-8")
    for ending in ("svg", "html", "dot"):
        assert draw(cost()).save(tmp_path / f"other.{ending}").exists()


def test_a_notebook_shows_svg() -> None:
    bundle = draw(cost())._repr_mimebundle_()
    assert "<svg" in bundle["image/svg+xml"]
    assert bundle["text/plain"].startswith("<Drawing: C = ")


def test_a_layout_that_takes_too_long_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], source: bytes, seconds: float) -> tuple[int, bytes, bytes]:
        raise subprocess.TimeoutExpired(command, seconds)

    monkeypatch.setattr(layout, "_run", run)
    with pytest.raises(TimeoutError, match="max_nodes"):
        draw(cost()).pipe("png")


def test_a_network_and_a_leaf_can_be_drawn(tmp_path: Path) -> None:
    assert draw(MLP(2, [3, 1])([0.1, 0.2])).save(tmp_path / "network.svg").exists()
    with no_grad():
        assert draw(Value(1.0) * 2).save(tmp_path / "leaf.svg").exists()


@pytest.mark.parametrize("name", sorted(THEMES))
def test_colours_can_be_read(name: str) -> None:
    theme = THEMES[name]
    for background in (theme.background, theme.cluster):
        for name_of in ("ink", "faint", "forward", "backward", "warning", "positive", "negative"):
            colour = getattr(theme, name_of)
            assert contrast(colour, background) >= 4.5, (name, colour, background)


def contrast(a: str, b: str) -> float:
    """The contrast ratio of two colours, as defined by WCAG 2."""
    dark, light = sorted(map(luminance, (a, b)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    channels = (int(two, 16) / 255 for two in re.findall("..", colour[1:]))
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
