"""python -m benchmarks NAME."""

import sys

from benchmarks import eager

BENCHMARKS = {"eager": eager.main}


def main() -> int:
    """Run the benchmarks named on the command line, all of them where none is."""
    names = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there is: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names:
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
