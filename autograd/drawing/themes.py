"""Colours: forward and backward as in the lecture's two passes, each at least 4.5 : 1 against its background."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """The colours of a picture."""

    background: str
    ink: str
    faint: str
    forward: str
    backward: str
    warning: str
    cluster: str


THEMES = {
    "light": Theme("#ffffff", "#1a1a1a", "#6b6b6b", "#0072B2", "#B34700", "#A3005C", "#f4f6f8"),
    "dark": Theme("#0d1117", "#e6edf3", "#9aa4af", "#56B4E9", "#F0A35E", "#FF8AC2", "#161b22"),
}
