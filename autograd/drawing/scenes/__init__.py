"""Scenes: shapes with places, and their output as SVG, PNG, and layouts by Graphviz."""
