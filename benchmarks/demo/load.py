"""How busy the demo city is.

The load is part of the demo's story, not a result: at free flow nearly every pair of places in the
city lies within 30 minutes, so that only load makes the promise hard. It is set so that sending the
nearest free unit in order of call keeps at most nine promises in ten.
"""

CALLS_PER_HOUR = 36.0
WARM_UP_MIN = 30.0
"""Calls before the counted hour, so that units are busy when it begins; they count too."""
