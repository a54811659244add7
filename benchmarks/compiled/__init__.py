"""Compiled scalar code against hand-written NumPy and the compilers of the large frameworks."""

import subprocess
import sys
from importlib.util import find_spec

from benchmarks.compiled.environment import own_kernels


def main() -> None:
    """Print every figure with its target.

    OpenBLAS reads its settings when NumPy loads, so the comparison runs in a new process: there, and in the peers'
    processes, OpenBLAS chooses its own kernel.
    """
    missing = [name for name in ("numpy", "scipy") if find_spec(name) is None]
    if missing:
        sys.exit(f"no {' and no '.join(missing)}: pip install -e '.[bench]'")
    run = subprocess.run([sys.executable, "-u", "-m", "benchmarks.compiled.comparing"], env=own_kernels())
    if run.returncode:  # the error is already on the screen
        sys.exit(run.returncode)
