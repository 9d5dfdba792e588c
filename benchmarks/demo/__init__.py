"""A city at work: callers, technicians and contractors that have nothing but HTTP and a token."""
