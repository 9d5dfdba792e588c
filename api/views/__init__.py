"""Answers built from rows: what each reader may see, in one query a kind."""
