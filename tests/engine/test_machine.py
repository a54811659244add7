"""The engine against its model, with operations in any order."""

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from autograd.testing.machine import GraphMachine


def test_the_engine_is_as_modelled() -> None:
    run_state_machine_as_test(GraphMachine, settings=settings(stateful_step_count=25))
