"""Telling other systems what happens: the event log is the outbox, each delivery a row."""
