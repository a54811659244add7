"""The gallery: its pictures are those that the code draws now, and a browser shows them as they were measured."""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from autograd import Value, dot, draw, mean
from autograd.drawing.drawing import Drawing
from docs import gallery
from nn import MLP, cross_entropy

PICTURES = sorted(gallery.FOLDER.glob("*.svg"))

MEASURE = """
const found = [];
for (const svg of document.querySelectorAll("svg")) {
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const texts = [...svg.querySelectorAll("text")].filter((t) => t.textContent.trim());
  for (const t of texts) {
    const b = t.getBBox(), m = t.getCTM(), s = svg.getCTM().inverse().multiply(m);
    const group = t.parentNode, box = group.closest("g.box, g.row")?.closest("g.box") || group;
    const rect = box.matches("g.box, g.inputs, g.cost") ? box.querySelector("rect") : null;
    const r = rect ? rect.getBBox() : null;
    const e = group.matches("g.neurons") && group.querySelector("ellipse"), c = e && e.getBBox();
    const inside = c && b.y + b.height / 2 > c.y && b.y + b.height / 2 < c.y + c.height;
    const reach = inside ? Math.max(...[0.25, 0.8].map((part) =>
      Math.hypot((b.width / 2) / (c.width / 2), (b.y + part * b.height - c.y - c.height / 2) / (c.height / 2)))) : 0;
    found.push([svg.id, t.textContent, scale * parseFloat(t.getAttribute("font-size")),
      b.x + s.e, b.y + s.f, b.width, b.height,
      inside ? (reach - 1) * c.width / 2 :
      r ? Math.max(r.x - b.x, b.x + b.width - r.x - r.width, r.y - b.y, b.y + b.height - r.y - r.height) : -1]);
  }
}
return found;
"""


def structure(svg: str) -> list[tuple[str, str]]:
    """The groups and texts of a picture."""
    return re.findall(r'<g id="([^"]*)"|<text[^>]*>([^<]*)<', svg)


def test_the_committed_pictures_are_what_the_code_draws(tmp_path: Path) -> None:
    gallery.main(tmp_path / "gallery")
    assert (tmp_path / "gallery.md").read_text(encoding="utf-8") == gallery.PAGE.read_text(encoding="utf-8")
    assert sorted(path.name for path in (tmp_path / "gallery").iterdir()) == [path.name for path in PICTURES]
    for path in PICTURES:
        now = (tmp_path / "gallery" / path.name).read_text(encoding="utf-8")
        assert structure(now) == structure(path.read_text(encoding="utf-8")), "draw it again: python -m docs.gallery"


def siblings() -> Iterator[tuple[str, Drawing]]:
    """Pictures beyond those of the gallery: other sizes, costs and names, numbers of any length."""
    for nin, nouts in (3, [5, 5, 2]), (2, [9, 1]), (4, [8, 8, 3]), (2, [3, 12, 3, 1]), (2, [3] * 9 + [1]):
        for direction in ("forward", "backward"):
            model = MLP(nin, nouts, activation="tanh", rng=1)
            for i, p in enumerate(model.parameters()):
                p.data += 0.0 if p.data else (-1) ** i * 0.123456 / (1 + i)
            y = model([0.3 * (i + 1) for i in range(nin)])
            C = cross_entropy(y, 1) if isinstance(y, list) else mean([(y - 1) ** 2, 0.01 * y])
            C.label = "C"
            C.backward()
            yield f"{direction}-{nin}-{len(nouts)}-{nouts[0]}", draw(C, names=model, direction=direction)
    w, b = [Value(x, label=name) for x, name in WEIGHTS], Value(-1.2345e-150, label="偏置")
    x = [Value.constant(-1.2345e-100 * (i + 1), label="x" * (i + 1)) for i in range(len(w))]
    for name, z in ("linear", dot(w, x, b)), ("sigmoid", dot(w, x, b).sigmoid()), ("nan", dot(w, x, math.nan).tanh()):
        C = (z - 1) ** 2
        C.label = "C"
        C.backward()
        yield name, draw(C, view="network")
        yield f"{name}-circuit", draw(C)


WEIGHTS = [(-0.0, "θ₁"), (1e-300, "a_rather_long_name_of_a_weight"), (-1.2345e10, "<b>&"), (0.5, "w")]


@pytest.fixture(scope="module")
def measured(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """Every text of every picture, as a browser draws it: words, pixels, box, and how far it leaves its box."""
    page = tmp_path_factory.mktemp("gallery") / "all.html"
    svgs = [f"{path.read_text(encoding='utf-8').replace('<svg ', f'<svg id={path.stem!r} ', 1)}" for path in PICTURES]
    drawn = {f"sibling-{name}": drawing.svg() for name, drawing in siblings()}
    svgs += [svg.replace("<svg ", f"<svg id={name!r} ", 1) for name, svg in drawn.items()]
    page.write_text(f"<meta charset='utf-8'><body style='width:1280px'>{''.join(svgs)}", encoding="utf-8")
    browser.get(page.as_uri())
    found: dict[str, list[Any]] = {name: [] for name in (*(path.stem for path in PICTURES), *drawn)}
    for name, *text in browser.execute_script(MEASURE):
        found[name].append(text)
    return found


def test_every_text_is_eleven_pixels_high_and_inside_its_box(measured: dict[str, list[Any]]) -> None:
    for name, texts in measured.items():
        assert texts, name
        for words, pixels, *_, outside in texts:
            assert pixels >= 10.99, (name, words, pixels)
            assert outside <= 1.0, (name, words, outside)


def test_no_text_lies_on_another(measured: dict[str, list[Any]]) -> None:
    for name, texts in measured.items():
        boxes = sorted((x, y + 0.2 * h, x + w, y + 0.85 * h, words) for words, _, x, y, w, h, _ in texts)
        for i, (_, top, right, bottom, words) in enumerate(boxes):
            for x, other_top, _, other_bottom, other in boxes[i + 1 :]:
                if x >= right - 1:
                    break
                assert not (top < other_bottom and other_top < bottom), (name, words, other)
