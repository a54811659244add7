"""Folding: recover the loops from which a traced program was unrolled."""
