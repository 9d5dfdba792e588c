"""Versions of what reads sources: a stored city made by another one is built again."""

from __future__ import annotations

OSM_READER = 1
DEMO_READER = 1
CITY_STORE = 1
STORED_CITY = f"{CITY_STORE}.{OSM_READER}.{DEMO_READER}"
"""Written into each stored city."""
