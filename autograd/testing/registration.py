"""What hypothesis loads by its entry point: how to draw a Value."""

from __future__ import annotations


def register() -> None:
    """Let hypothesis draw Values where an annotation asks for them, as in `@given(...)` or `st.from_type(Value)`."""
    from hypothesis import strategies as st

    from autograd.engine import Value

    def draw(_: type[Value]) -> st.SearchStrategy[Value]:
        from autograd.testing.strategies import leaves

        return leaves()

    st.register_type_strategy(Value, draw)
