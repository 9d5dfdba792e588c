"""The promise: service areas, targets, clocks from the call, risk, lateness, coverage, reports."""
