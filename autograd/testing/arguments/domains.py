"""Domains: the interval of a number, a structure of intervals for an argument, one per parameter of a function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.primitives.table import Interval
from autograd.trees import CONTAINERS, flatten, is_array, map_parts, parts_of

Domain = Any  # an Interval, its text, or a pair of closed ends

REALS = Interval("[-inf, inf]")

# Errors in the code. Any other exception raised by f, such as a ValueError, means that f has no value at a point.
ERRORS_OF_CODE = (AssertionError, AttributeError, ImportError, MemoryError, NameError, NotImplementedError, TypeError)


def has_no_value(error: Exception) -> bool:
    """Whether an exception means that f has no value at a point; hypothesis uses its own exceptions as signals."""
    if isinstance(error, TypeError) and "complex" in str(error):  # as in (-8)**0.5 > 1: the value is not real
        return True
    return not isinstance(error, ERRORS_OF_CODE) and not type(error).__module__.startswith("hypothesis")


def interval(domain: Domain) -> Interval:
    """Convert a domain to an Interval: "(0, inf)" as text, (0, 1) for a closed one, None for all numbers."""
    if domain is None:
        return REALS
    if not is_domain(domain):
        raise TypeError(f"a domain must be written like '(0, inf)' or (0.0, 1.0), got {domain!r}")
    if isinstance(domain, tuple):
        domain = f"[{domain[0]}, {domain[1]}]"
    found = domain if isinstance(domain, Interval) else Interval(domain)
    low, high = found.ends()
    if not low <= high:
        raise ValueError(f"there is no number in the domain {found}")
    return found


def is_domain(tree: Any) -> bool:
    """Whether this is the domain of one number rather than a structure of domains."""
    pair = isinstance(tree, tuple) and len(tree) == 2 and all(isinstance(x, (int, float)) for x in tree)
    return tree is None or pair or isinstance(tree, (str, Interval))


def flat_domains(tree: Any) -> list[Domain]:
    """The domains in a structure, in order."""
    if is_domain(tree):
        return [tree]
    if not isinstance(tree, CONTAINERS) and not is_array(tree):
        raise TypeError(f"a domain must be written like '(0, inf)' or (0.0, 1.0), got {tree!r}")
    parts = tree.flat if is_array(tree) else parts_of(tree)
    return [d for part in parts for d in flat_domains(part)]


def _in_order_of(arg: Any, domain: Any) -> Any:
    """Reorder the dicts in a structure of domains to match the argument; ValueError if the keys differ.

    Settings need no domain.
    """
    if isinstance(arg, dict) and isinstance(domain, dict):
        arg = {key: part for key, part in arg.items() if key in domain or flatten(part, "")}
        if arg.keys() != domain.keys():
            raise ValueError(f"domain=: {', '.join(map(repr, domain))} are not the keys {', '.join(map(repr, arg))}")
        return map_parts(_in_order_of, arg, domain)
    if not flatten(arg, ""):
        return []
    lists = isinstance(arg, (list, tuple)) and isinstance(domain, (list, tuple)) and not is_domain(domain)
    if lists and len(arg) == len(domain):
        return list(map(_in_order_of, arg, domain))
    return domain


def domain_of_each(domain: Any, names: Sequence[str]) -> dict[str, Any]:
    """The domain of each parameter, from one interval for all, a dict by name, or a list with one per parameter."""
    if is_domain(domain):
        return dict.fromkeys(names, interval(domain))
    if isinstance(domain, dict):
        unknown = [repr(name) for name in domain if name not in names]
        if unknown:
            raise ValueError(f"domain=: {', '.join(unknown)} is not a parameter ({', '.join(names)})")
        return {name: domain.get(name, REALS) for name in names}
    if not isinstance(domain, (list, tuple)) or len(domain) != len(names):
        raise ValueError(
            f"domain= must be one interval, a dict of them by name, or a list with one for each of {len(names)} "
            f"parameters ({', '.join(names)}); got {domain!r}"
        )
    return dict(zip(names, domain))


def domains_at(domain: Any, names: Sequence[str], args: Sequence[Any]) -> list[Interval]:
    """The interval of each number in the arguments."""
    found: list[Interval] = []
    for (name, part), arg in zip(domain_of_each(domain, names).items(), args):
        count = len(flatten(arg, name))
        parts = [interval(p) for p in flat_domains(_in_order_of(arg, part))]
        parts = parts * count if is_domain(part) else parts
        if len(parts) != count:
            raise ValueError(f"domain=: {name} has {count} numbers, its domain {part!r} has {len(parts)}")
        found += parts
    return found
