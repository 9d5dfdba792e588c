"""The database's schema, step by step, forth and back; the same steps on both databases."""
