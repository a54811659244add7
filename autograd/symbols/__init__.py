"""Symbols: numbers that record the operations on them, so that a rule run on them gives formulas."""

from autograd.symbols.symbol import (
    COMPARISONS,
    KEY,
    Condition,
    Masked,
    Symbol,
    answering,
    key_hash,
    operation,
    same,
    unmasked,
)
from autograd.symbols.whole import BITS, is_whole, known_whole
