"""The commands of the service itself; each module is imported when its command is run."""
