"""micrograd's names on this engine, for scripts and notebooks that were written for micrograd or microgpt.

`import autograd.micrograd as micrograd` gives `micrograd.engine.Value` and `micrograd.nn.MLP`. A script runs unchanged
as `python -m autograd.micrograd script.py`, or after `autograd.micrograd.install()`.
"""

from __future__ import annotations

from autograd.micrograd import engine, nn, trace_graph
from autograd.micrograd.installing import install

__all__ = ["engine", "install", "nn", "trace_graph"]
