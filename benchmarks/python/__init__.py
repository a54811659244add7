"""Plain Python with branches and loops, compiled as it is written: python -m benchmarks python."""


def main() -> None:
    """Run the benchmark; the peers' processes import the programs alone, without the library."""
    from benchmarks.python import comparing

    comparing.main()
