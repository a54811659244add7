"""Run a script written for micrograd: python -m autograd.micrograd script.py [arguments]."""

import runpy
import sys
from pathlib import Path

from autograd.micrograd import install

if len(sys.argv) < 2:
    sys.exit("usage: python -m autograd.micrograd script.py [arguments]")
install()
sys.argv = sys.argv[1:]
sys.path[0] = str(Path(sys.argv[0]).resolve().parent)  # as `python script.py` does
runpy.run_path(sys.argv[0], run_name="__main__")
