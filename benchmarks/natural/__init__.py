"""Models as people write them on scalars, compiled unchanged, beside JAX: python -m benchmarks natural."""


def main() -> None:
    """Print the table; JAX runs if its environment is installed."""
    from benchmarks.natural.comparing import main as compare

    compare()
