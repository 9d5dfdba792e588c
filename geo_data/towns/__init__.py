"""Places that ship with Roadflare."""
