"""Circuits: a graph as boxes and arrows, laid out in columns, and as DOT."""
