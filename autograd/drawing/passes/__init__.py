"""Passes: the forward and the backward pass in steps, as in a lecture."""
