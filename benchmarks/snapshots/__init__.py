"""Rescue waves: one snapshot, many solvers, one evaluator."""
