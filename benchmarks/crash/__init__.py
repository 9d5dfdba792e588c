"""The server process, killed again and again under load; what it had promised must be there."""
