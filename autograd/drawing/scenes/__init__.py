"""Scenes: shapes at their places, and what is made of them: SVG, PNG, and layouts by Graphviz."""
