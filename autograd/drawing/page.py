"""A page that steps through both passes, in each view: one file, no network, readable without JavaScript."""

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

from autograd.drawing.picture import Step
from autograd.drawing.themes import Theme
from autograd.symbols.text import visible

HERE = files(__package__)  # may be inside a zip
PASSES = {"forward": "forward", "seed": "backward", "backward": "backward"}


@dataclass(frozen=True)
class View:
    """One view of a graph: its name, its SVG, its caption, and its steps."""

    name: str
    svg: str
    caption: str
    steps: Sequence[Step]


def page(title: str, views: Sequence[View], theme: Theme, name: str) -> str:
    """The page of one or two views; the first is shown."""
    script = (HERE / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return Template((HERE / "page.html").read_text(encoding="utf-8")).substitute(
        theme=name,
        digest=digest,
        title=_text(title),
        background=theme.background,
        ink=theme.ink,
        faint=theme.faint,
        forward=theme.forward,
        backward=theme.backward,
        views="\n".join(map(_view, views)),
        choices="\n".join(f'<option value="{view.name}">{view.name}</option>' for view in views),
        steps=_json({view.name: [_record(step) for step in view.steps] for view in views}),
        script=script,
    )


def _view(view: View) -> str:
    """A view and the table of its steps, which scripts show one of."""
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
    """A step for the script; an answer that is not finite is not asked for."""
    answer = step.answer if step.answer is not None and math.isfinite(step.answer) else None
    words = {"what": step.what, "why": step.why, "question": _question(step)}
    return {**asdict(step), "answer": answer, **{name: visible(text) for name, text in words.items()}}


def _question(step: Step) -> str:
    """A contribution with its result left out, for the reader to predict."""
    return step.what.rsplit(" = ", 1)[0] + " = ?"


def _text(text: str) -> str:
    return escape(visible(text))


def _json(data: object) -> str:
    """JSON that cannot close the script element around it."""
    written = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
