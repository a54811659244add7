"""A page that steps through both passes: one file, no network, readable without JavaScript."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from dataclasses import asdict
from html import escape
from importlib.resources import files
from string import Template

from autograd.drawing.picture import Picture, Step
from autograd.drawing.steps import steps
from autograd.drawing.themes import Theme
from autograd.symbols.text import visible

HERE = files(__package__)  # may be inside a zip
PASSES = {"forward": "forward", "seed": "backward", "backward": "backward"}


def page(picture: Picture, svg: str, theme: Theme, name: str) -> str:
    """The page of a picture laid out as `svg`."""
    script = (HERE / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    found = list(steps(picture))
    return Template((HERE / "page.html").read_text(encoding="utf-8")).substitute(
        theme=name,
        digest=digest,
        title=_text(picture.title),
        background=theme.background,
        ink=theme.ink,
        faint=theme.faint,
        forward=theme.forward,
        backward=theme.backward,
        svg=re.sub(r"^.*?(?=<svg)", "", svg, count=1, flags=re.DOTALL),
        rows="\n".join(map(_row, range(1, len(found) + 1), found)),
        caption=_text(picture.caption),
        steps=_json([_record(step) for step in found]),
        script=script,
    )


def _row(number: int, step: Step) -> str:
    cells = (PASSES[step.kind], step.what, step.why)
    return (
        f'<tr><td><a href="#step={number}">{number}</a></td>' + "".join(f"<td>{_text(c)}</td>" for c in cells) + "</tr>"
    )


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
    written = json.dumps(data, ensure_ascii=False, allow_nan=False)
    return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
