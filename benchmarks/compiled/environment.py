"""The peers' environment, separate because HIPS autograd shares our name: python -m benchmarks.compiled.environment."""

import os
import subprocess
import venv
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / ".peers"
PYTHON = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
COMMAND = "python -m benchmarks.compiled.environment"


def own_kernels() -> dict[str, str]:
    """This process's environment variables, except those that choose OpenBLAS's kernel.

    Some machines force an old kernel for the sake of old builds, which costs new ones up to half their speed.
    """
    return {name: text for name, text in os.environ.items() if name not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}


def main() -> None:
    """Create the environment from scratch and install the peers."""
    venv.create(FOLDER, clear=True, with_pip=True)
    subprocess.run([PYTHON, "-m", "pip", "install", "-r", HERE / "peers.txt"], check=True)


if __name__ == "__main__":
    main()
