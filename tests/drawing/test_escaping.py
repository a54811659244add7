"""Labels are data: they appear as written, and no markup gets through."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pygraphviz
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, draw, explain
from autograd.drawing.scenes.fonts import text_width
from autograd.symbols.text import visible

LABELS = [
    "<b>bold</b>",
    "a & b",
    "\"quoted\" 'too'",
    "\\N \\G \\n",
    "port:s",
    "{a|b}",
    "two\nlines",
    "שלום",
    "漢字",
    "a  b",
]


def texts(svg: str) -> str:
    root = ElementTree.fromstring(svg)
    assert not any(element.tag.endswith("}script") for element in root.iter())
    return "\n".join("".join(e.itertext()) for e in root.iter() if e.tag.endswith("}text")).replace("\u00a0", " ")


@pytest.mark.parametrize("label", LABELS)
def test_a_label_comes_out_as_written(label: str) -> None:
    svg = texts(draw(Value(1.0, label=label) * 2).svg())
    for line in label.split("\n"):
        assert line in svg
    assert pygraphviz.AGraph(string=draw(Value(1.0, label=label) * 2).source).number_of_nodes() == 2


@pytest.mark.parametrize("label", ["bell\a", "null\0", "escape\x1b[1m", "\u202eright to left"])
def test_control_characters_are_visible_escapes(label: str) -> None:
    assert visible(label) in texts(draw(Value(1.0, label=label) * 2).svg())


HOSTILE = [
    "lone \ud800 surrogate",
    "\udc00",
    "all\x00 of\x1b them\x85\u2028",
    "long " * 2000,
    "&" * 10_000,
    "\U0001f600" * 50,
]


@pytest.mark.parametrize("ending", ["svg", "png", "pdf", "dot", "html"])
@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
def test_any_label_can_be_saved(label: str, ending: str, tmp_path: Path) -> None:
    x = Value(2.0, label=label)
    y = autograd.norm([x, x, x * x, x])
    y.label = label
    y.backward()
    assert draw(y).save(tmp_path / f"picture.{ending}").stat().st_size > 1000
    str(explain(y)).encode("utf-8")


def test_a_page_comes_out_of_a_zip(tmp_path: Path) -> None:
    home = Path(autograd.__file__).parent
    with zipfile.ZipFile(tmp_path / "autograd.zip", "w") as packed:
        for path in home.rglob("*"):
            if path.suffix in (".py", ".js", ".html", ".css"):
                packed.write(path, Path("autograd") / path.relative_to(home))
    code = "import autograd; x = autograd.Value(2.0); print(autograd.__file__, autograd.draw(x * x).html())"
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "autograd.zip")},
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert "autograd.zip" in run.stdout
    assert "</html>" in run.stdout


@settings(max_examples=12)
@given(st.lists(st.text(min_size=1, max_size=12), min_size=20, max_size=20))
@example(["<script>alert(1)</script>", "]]>", "<!--", "&#0;", "&amp;", "%n", "${x}", "$$"] * 3)
def test_any_label_survives_dot_and_svg(labels: list[str]) -> None:
    total = Value(0.0, label="C")
    for label in labels:
        total = total + Value(1.0, label=label)
    drawing = draw(total, collapse="none")
    assert pygraphviz.AGraph(string=drawing.source).number_of_nodes() == len(drawing.picture.boxes)
    shown = texts(drawing.svg())
    for label in labels:
        for line in label.split("\n"):
            if line.strip():
                assert visible(line).strip() in shown


@pytest.mark.parametrize("label", ["\u200d", "\u202eevil\u202e", "a\x00b", "\ufeff"])
def test_a_character_that_is_written_as_an_escape_has_its_width(label: str) -> None:
    assert text_width(label, 10.0) == text_width(visible(label), 10.0) > 20.0
