"""Colours: forward and backward as in the lecture's two passes, each with a contrast of at least 4.5 : 1."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """The colours of a picture; colour-blind readers can tell positive from negative, and forward from backward."""

    background: str
    ink: str
    faint: str
    forward: str
    backward: str
    product: str
    warning: str
    cluster: str
    positive: str
    negative: str


LIGHT = "#ffffff #1a1a1a #6b6b6b #0072B2 #B34700 #1a1a1a #A3005C #f4f6f8 #00705A #8A3FA0"
DARK = "#0d1117 #e6edf3 #9aa4af #56B4E9 #F0A35E #e6edf3 #FF8AC2 #161b22 #3CC9A3 #D59BE8"
THEMES = {"light": Theme(*LIGHT.split()), "dark": Theme(*DARK.split())}
