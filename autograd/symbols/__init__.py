"""Symbols: numbers that record what is done to them, so that a rule run on them says what a local derivative is."""

from autograd.symbols.symbol import COMPARISONS, Condition, Masked, Symbol, operation, same, unmasked
