"""Circuits: a graph as boxes and arrows, laid out in layers, and as DOT."""
