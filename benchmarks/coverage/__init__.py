"""Which share of the people a set of posts reaches within the target, on the real roads."""
