"""A page that steps through both passes, in each view: a single file that works offline and without JavaScript."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from importlib.resources import files
from string import Template

from autograd.drawing.circuits.picture import Step
from autograd.drawing.scenes.themes import Theme
from autograd.symbols.text import visible

HERE = files(__package__)  # may be inside a zip
PASSES = {"forward": "forward", "seed": "backward", "backward": "backward"}


@dataclass(frozen=True)
class PageView:
    """One view of a graph: its name, its SVG, its caption, and its steps."""

    name: str
    svg: str
    caption: str
    steps: Sequence[Step]


def page(title: str, views: Sequence[PageView], theme: Theme, name: str) -> str:
    """The page of one or two views; the first is shown at the start."""
    return filled(
        "page",
        theme,
        theme=name,
        title=_text(title),
        views="\n".join(map(_view, views)),
        choices="\n".join(f'<option value="{view.name}">{view.name}</option>' for view in views),
        steps=json_text({view.name: [_record(step) for step in view.steps] for view in views}),
    )


def filled(template: str, colours: Theme, **parts: str) -> str:
    """The template of a page with its parts, its style, and its script, the only one whose digest may run."""
    script = _read("common.js") + _read(f"{template}.js")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    style = Template(_read("page.css")).substitute(asdict(colours))
    return Template(_read(f"{template}.html")).substitute(parts, script=script, digest=digest, style=style)


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _view(view: PageView) -> str:
    """A view and the table of its steps, from which scripts show one."""
    rows = "\n".join(_row(view.name, n, step) for n, step in enumerate(view.steps, 1))
    return (
        f'<section class="view" id="view-{view.name}" aria-label="{view.name}">\n'
        f'<div class="picture" tabindex="0" role="region" aria-label="The {view.name}">\n{view.svg}</div>\n'
        f"<details open><summary>All steps</summary>\n<table><thead><tr><th>step</th><th>pass</th><th>what</th>"
        f"<th>why</th></tr></thead>\n<tbody>\n{rows}\n</tbody></table></details>\n"
        f'<p class="why">{_text(view.caption)}</p>\n</section>'
    )


def _row(view: str, number: int, step: Step) -> str:
    cells = (PASSES[step.kind], step.what, step.why)
    link = f'<a href="#{view}={number}">{number}</a>'
    return f"<tr><td>{link}</td>{''.join(f'<td>{_text(cell)}</td>' for cell in cells)}</tr>"


def _record(step: Step) -> dict[str, object]:
    """A step for the script; its question leaves out the result, and is not asked if the answer is not finite."""
    answer = step.answer if step.answer is not None and math.isfinite(step.answer) else None
    words = {"what": step.what, "why": step.why, "question": step.what.rsplit(" = ", 1)[0] + " = ?"}
    return {**asdict(step), "answer": answer, **{name: visible(text) for name, text in words.items()}}


def _text(text: str) -> str:
    return escape(visible(text))


def json_text(data: object) -> str:
    """JSON that cannot close the script element around it."""
    written = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
