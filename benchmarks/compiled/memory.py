"""Memory that Black–Scholes and its Greeks use beyond inputs and outputs: memory.py ours|handwritten ROWS."""

import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from benchmarks.compiled import handwritten, ours
from benchmarks.compiled.cases import Options

STATUS = Path("/proc/self/status")  # Linux; unlike getrusage it excludes the parent process


def kilobytes(name: str) -> int:
    """VmRSS: the current memory of this process; VmHWM: its peak."""
    return int(re.findall(rf"{name}:\s+(\d+) kB", STATUS.read_text(encoding="ascii"))[0])


def measure(who: str, rows: int) -> float:
    """MiB beyond inputs and outputs, in a process that has done nothing else."""
    columns = Options(rows).data()
    greeks = ours.greeks() if who == "ours" else handwritten.greeks
    greeks(*(column[:1000] for column in columns))  # tracing and compiling are not part of the call's memory
    with suppress(OSError):  # if not permitted, earlier memory may count too, which never hides the call's
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = kilobytes("VmRSS")
    outputs = greeks(*columns)
    return (kilobytes("VmHWM") - before) / 1024 - sum(output.nbytes for output in outputs) / 2**20


def report() -> None:
    """Print the memory of ours and of hand-written NumPy, for two numbers of rows."""
    if not STATUS.exists():
        print("memory: not run, only Linux tells it")
        return
    for who, target in (("ours", ", target: does not grow beyond one block a thread"), ("handwritten", "")):
        figures = []
        for rows in (10**5, 10**6):
            command = [sys.executable, "-m", "benchmarks.compiled.memory", who, str(rows)]
            figures.append(f"{subprocess.check_output(command, text=True).strip()} MiB at N = {rows:,}")
        name = "ours" if who == "ours" else "NumPy"
        print(f"memory of price and Greeks beyond inputs and outputs, {name}: {', '.join(figures)}{target}")


if __name__ == "__main__":
    print(f"{measure(sys.argv[1], int(sys.argv[2])):.1f}")
