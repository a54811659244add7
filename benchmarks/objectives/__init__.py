"""Functions as people write them, differentiated as they stand, against 50 digits: python -m benchmarks objectives."""

from benchmarks.objectives import least_squares, many_dimensions, more, plane, textbook_math
from benchmarks.objectives.checking import main
