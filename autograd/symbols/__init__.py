"""Symbols: numbers that record the operations on them, so that a rule run on them gives formulas."""

from autograd.symbols.masks import Masked, unmasked
from autograd.symbols.symbol import COMPARISONS, KEY, Condition, Symbol, answering, key_hash, operation, same, structure
from autograd.symbols.whole import BITS, is_whole, known_whole
