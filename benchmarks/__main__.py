"""python -m benchmarks NAME."""

import compileall
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
BENCHMARKS = ["eager", "drawing", "mutants", "kit", "compiled", "python", "natural", "calls", "models", "objectives"]


def main() -> int:
    """Run the benchmarks named on the command line, or all of them."""
    names = sys.argv[1:] or BENCHMARKS
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there is: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for package in ("autograd", "nn"):  # as pip does where it installs: first calls would compile them
        compileall.compile_dir(ROOT / package, quiet=1)
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
