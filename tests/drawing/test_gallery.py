"""The gallery: its pictures are those that the code draws now, and a browser shows them as they were measured."""

import re
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from docs import gallery

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
    found.push([svg.id, t.textContent, scale * parseFloat(t.getAttribute("font-size")),
      b.x + s.e, b.y + s.f, b.width, b.height,
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


@pytest.fixture(scope="module")
def measured(browser: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """Every text of every picture, as a browser draws it: words, pixels, box, and how far it leaves its box."""
    page = tmp_path_factory.mktemp("gallery") / "all.html"
    svgs = [f"{path.read_text(encoding='utf-8').replace('<svg ', f'<svg id={path.stem!r} ', 1)}" for path in PICTURES]
    page.write_text(f"<meta charset='utf-8'><body style='width:1280px'>{''.join(svgs)}", encoding="utf-8")
    browser.get(page.as_uri())
    found: dict[str, list[Any]] = {path.stem: [] for path in PICTURES}
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
