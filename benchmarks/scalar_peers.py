"""The gradient of scalar_loop in other engines, run by the peers' own Python: each line names one, and gets its time.

The answer is the derivatives and the CPU seconds that they took, as JSON.
"""

import gc
import json
import sys
import time
from typing import Any

from scalar_loop import START, oscillator


def by_xad() -> list[float]:
    import xad.adj_1st as xad

    with xad.Tape() as tape:
        inputs = [xad.Real(x) for x in START]
        for x in inputs:
            tape.registerInput(x)
        tape.newRecording()
        y = oscillator(*inputs)
        tape.registerOutput(y)
        y.derivative = 1.0
        tape.computeAdjoints()
        return [x.derivative for x in inputs]


def by_hips() -> list[float]:
    from autograd import grad

    return [float(d) for d in grad(lambda x: oscillator(*x))(START)]


def by_torch() -> list[float]:
    import torch

    inputs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
    oscillator(*inputs).backward()
    return [float(x.grad) for x in inputs]


PEERS = {"XAD": by_xad, "HIPS": by_hips, "PyTorch": by_torch}


def main() -> None:
    """Answer until the input ends."""
    sys.setrecursionlimit(1_000_000)
    for line in sys.stdin:
        run: Any = PEERS[line.strip()]
        gc.collect()
        start = time.process_time()
        derivatives = run()
        print(json.dumps([derivatives, time.process_time() - start]), flush=True)


if __name__ == "__main__":
    main()
