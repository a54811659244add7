"""Tables for notebooks, as HTML in the notebook's own colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograd.symbols.text import visible


def html_table(rows: Iterable[Sequence[str]], head: Sequence[str] = (), caption: str = "") -> str:
    """Rows of cells as an HTML table; the text of each cell is escaped.

    >>> html_table([["w", "1 < 2"]])
    '<table><tr><td style="text-align:left">w</td><td style="text-align:left">1 &lt; 2</td></tr></table>'
    """
    titled = f'<caption style="text-align:left">{_escaped(caption)}</caption>' if caption else ""
    return f"<table>{titled}{_row(head, 'th') if head else ''}{''.join(_row(row, 'td') for row in rows)}</table>"


def _row(cells: Sequence[str], tag: str) -> str:
    written = (f'<{tag} style="text-align:left">{_escaped(cell)}</{tag}>' for cell in cells)
    return f"<tr>{''.join(written)}</tr>"


def _escaped(text: str) -> str:
    return visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
