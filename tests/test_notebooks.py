"""What a notebook shows: everything shows itself, labels are shown as they are, pictures scale and follow the theme."""

import sys
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from autograd import Value, draw, explain
from autograd.compiler.tracing.trace import trace
from autograd.testing import check_gradients
from nn.estimators import LinearRegression

LABEL = "<script>alert(1)</script>"


def shown() -> dict[str, tuple[Any, str]]:
    """Objects, and what each must tell."""
    w, x = Value(3.0, label=LABEL), Value(0.5, label="x")
    C = w * x
    C.backward()
    return {
        "a leaf": (x, "0.5"),
        "a result": (C, "multiply of 2"),
        "a Value with markup in its label": (w, "&lt;script&gt;"),
        "a constant": (Value.constant(2.0), "constant"),
        "an explanation": (explain(C), "Forward pass"),
        "a program": (trace(lambda w, x: w * x + 1, (3.0, 0.5)), "v1 = w * x"),
        "a report": (check_gradients(lambda x: x * x, 1.5), "pass"),
        "an estimator": (LinearRegression(), "not fitted"),
    }


@pytest.mark.parametrize("name", shown())
def test_it_shows_itself(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sklearn", raising=False)  # where it is loaded, it shows the estimators
    thing, told = shown()[name]
    html = thing._repr_html_()
    assert told in html
    assert "<script" not in html
    ElementTree.fromstring(f"<div>{html}</div>")


def test_a_picture_scales_and_follows_the_theme() -> None:
    svg = draw(Value(2.0, label="x") * 3)._repr_mimebundle_()["image/svg+xml"]
    root = ElementTree.fromstring(svg)
    assert root.get("style") == "max-width:100%;height:auto"
    assert "prefers-color-scheme: dark" in svg
    assert [element.tag.rpartition("}")[2] for element in root][:2] == ["title", "desc"]
    dark = draw(Value(2.0) * 3, theme="dark")._repr_mimebundle_()["image/svg+xml"]
    assert "prefers-color-scheme" not in dark
