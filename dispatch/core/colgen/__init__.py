"""Column generation: near-optimal plans and a lower bound, compiled to machine code."""
