"""Inputs: the arguments of a call, how they lie in memory, and what else f reads."""
