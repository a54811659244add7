"""Boxes: what a node is called, and which nodes share a box."""
