"""Registers with hypothesis how to draw a Value, and the kit's profiles."""

from __future__ import annotations


def register() -> None:
    """Let hypothesis draw Values where an annotation asks for them (`@given(...)`, `from_type`); its entry point."""
    from hypothesis import strategies as st

    from autograd.engine import Value

    def draw(_: type[Value]) -> st.SearchStrategy[Value]:
        from autograd.testing.points import leaves

        return leaves()

    st.register_type_strategy(Value, draw)


def profiles() -> None:
    """Register the hypothesis profiles "gradcheck", for every run, and "gradcheck-deep", for a long one."""
    from hypothesis import settings

    settings.register_profile("gradcheck", max_examples=200, derandomize=True, deadline=None)
    settings.register_profile("gradcheck-deep", max_examples=5000, derandomize=True, deadline=None)
