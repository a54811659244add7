"""Boxes: the names of nodes, and which nodes share a box."""
