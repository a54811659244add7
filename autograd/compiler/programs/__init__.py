"""Programs: straight-line code and loops over numbers, how they are built, and their Python source."""
