"""The contestants: ours and hand-written NumPy in this process, each peer in a separate one."""

import gc
import json
import os
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from benchmarks.compiled.cases import CASES
from benchmarks.compiled.environment import COMMAND, HERE, PYTHON, own_kernels
from benchmarks.compiled.turns import Job, first_call, turn
from benchmarks.serving import Absent


class Start(NamedTuple):
    """The first result of a contestant on a case."""

    arrays: list[Any]  # the value and the gradients
    seconds: float  # from nothing to those arrays
    rows: int  # fewer than the case's if the contestant is so slow that its time is scaled up


class Local:
    """A contestant in this process."""

    def __init__(self, name: str, module: ModuleType | SimpleNamespace, about: str) -> None:
        self.name, self.module, self.about = name, module, about
        self.job: Job | None = None

    def prepare(self, key: str, rows: int | None = None) -> Start:
        """Build a case, or its first rows, and evaluate it."""
        case = CASES[key]
        self.job = None  # frees its machine code, which another case may share
        gc.collect()
        data = [array[:rows] for array in case.data()]
        build = getattr(self.module, case.kind)
        self.job, arrays, took = first_call(build, case, case.parameters(), data)
        return Start([np.array(array) for array in arrays], took, len(data[0]))

    def turn(self, calls: int) -> tuple[float, float]:
        """Seconds per call, cores busy."""
        assert self.job is not None
        return turn(self.job.run, calls)

    def close(self) -> None:
        """Do nothing: there is no process to end."""


class Peer:
    """A contestant in a separate process, with libraries of its own."""

    def __init__(self, name: str, script: Path = HERE / "peers.py") -> None:
        self.name, self.process = name, None
        self.about = f"not installed: {COMMAND}"
        if not PYTHON.exists():
            return
        variables = {key: text for key, text in own_kernels().items() if not key.startswith("PYTHON")}
        command = [PYTHON, script, name]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(  # a script's own directory is on its path, the working directory is not
            command, stdin=pipe, stdout=pipe, text=True, env=variables, cwd=tempfile.gettempdir()
        )
        hello = self.answer()
        self.about = hello.get("version") or hello["absent"]
        if "absent" in hello:
            self.close()

    def answer(self) -> dict[str, Any]:
        """The next line from the process."""
        assert self.process is not None and self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name}'s process ended, with {self.process.wait()}; its error is above")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send one request and return its answer."""
        if self.process is None:
            raise Absent(self.about)
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def prepare(self, key: str) -> Start:
        """Build a case and evaluate it."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "arrays.npz")
            answer = self.ask(case=key, path=os.fspath(path))
            if "absent" in answer:
                raise Absent(f"not run: {answer['absent']}")
            with np.load(path) as saved:
                return Start([saved[name] for name in saved.files], answer["first"], answer["rows"])

    def turn(self, calls: int) -> tuple[float, float]:
        """Seconds per call, cores busy."""
        answer = self.ask(calls=calls)
        return answer["seconds"], answer["cores"]

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.communicate()
            self.process = None


def numpy_version() -> str:
    """The versions behind hand-written NumPy."""
    return f"{version('numpy')}, SciPy {version('scipy')}"
