"""A process of a peer's own: requests and answers are lines of JSON, and the first line gives the peer's version."""

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from typing import Any


def serve(package: str, answer: Callable[[Any], Any]) -> None:
    """Answer until the requests end, if the package is there."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # anything a library prints must not mix with the answers
    try:
        import_module(package)
    except ModuleNotFoundError as error:
        print(json.dumps({"absent": f"not installed ({error})"}), file=answers, flush=True)
        return
    print(json.dumps({"version": version(package)}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=answers, flush=True)
