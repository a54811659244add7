"""Rolling: scalar operations of one kind become instructions over arrays, and sums of products matrix products."""
