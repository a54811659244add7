"""Wrong derivatives that public projects once had: each found and named, the right one passed."""

from . import arrays, numbers
from .bugs import BUGS, Bug

__all__ = ["BUGS", "Bug", "arrays", "numbers"]
