"""Every operation, defined once as a row of a table: its value and derivatives on any kind of number.

The `__all__` of each file lists its public operations.
"""

from __future__ import annotations

from autograd.primitives import (
    activations,
    arithmetic,
    bessel,
    exponential,
    factors,
    gamma_functions,
    powers,
    probability,
    selection,
    sequences,
    trigonometric,
)
from autograd.primitives.activations import *
from autograd.primitives.arithmetic import *
from autograd.primitives.bessel import *
from autograd.primitives.domains import Interval, Kink
from autograd.primitives.exponential import *
from autograd.primitives.gamma_functions import *
from autograd.primitives.powers import *
from autograd.primitives.probability import *
from autograd.primitives.selection import *
from autograd.primitives.sequences import *
from autograd.primitives.table import ADDED, BUILT_IN, ROWS, SPELLINGS, TABLE, Primitive, primitive
from autograd.primitives.trigonometric import *

FAMILIES = (
    arithmetic, powers, exponential, trigonometric, probability, activations, selection, sequences,
    gamma_functions, bessel, factors,
)  # fmt: skip
PUBLIC = [name for family in FAMILIES for name in family.__all__]

BUILT_IN.update(TABLE)
