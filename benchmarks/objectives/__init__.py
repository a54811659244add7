"""Functions as people write them, differentiated as they stand, against 50 digits: python -m benchmarks objectives."""

from benchmarks.objectives import competitions, least_squares, many_dimensions, models, more, plane, textbook_math


def main() -> None:
    """Run the benchmark; the peers' processes import the tables alone, without the library."""
    from benchmarks.objectives import checking

    checking.main()
