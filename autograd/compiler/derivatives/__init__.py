"""Derivatives of programs: backward passes, Jacobians, kinks, and checkpoints for long loops."""
