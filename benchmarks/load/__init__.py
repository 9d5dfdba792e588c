"""The service under the load of a working day: phones, consoles and callers, all at once."""
