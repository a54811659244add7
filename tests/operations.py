"""The public operations, which are rows of the table."""

from autograd.primitives import PUBLIC, TABLE

OPERATIONS = sorted(name for name in PUBLIC if name in TABLE and not TABLE[name].plain)
