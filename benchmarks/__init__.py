"""Planners' benchmarks, the simulated day and the demo; speaks to the service over HTTP only."""
