"""python -m benchmarks NAME."""

import sys
from importlib import import_module

BENCHMARKS = ["eager", "drawing", "mutants", "kit", "compiled", "python", "natural", "calls", "models", "objectives"]


def main() -> int:
    """Run the benchmarks named on the command line, or all of them."""
    names = sys.argv[1:] or BENCHMARKS
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there is: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names:
        try:
            benchmark = import_module(f"benchmarks.{name}")
        except ModuleNotFoundError as error:
            print(f"{error}: pip install -e '.[bench]'", file=sys.stderr)
            return 2
        benchmark.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
