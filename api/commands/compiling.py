"""``roadflare compile``: make the machine code now, not at the first question."""

from __future__ import annotations

import json
import sys
import time
from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


class Part(StrEnum):
    """What is compiled together."""

    TRAVEL_TIMES = "travel-times"
    OPTIMIZER = "optimizer"


@app.command(name="compile")
def compile_all(
    part: Annotated[Part | None, typer.Argument(help="Only this part.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Compile what is compiled at its first use: travel times and the optimizer.

    The machine code is kept in NUMBA_CACHE_DIR, else beside the sources; a second run only loads
    it. Set-up does this once.
    """
    took_s = {}
    for one in [part] if part else list(Part):
        began = time.perf_counter()
        _warm(one)
        took_s[one.value] = round(time.perf_counter() - began, 1)
    text = ", ".join(f"{one} {took} s" for one, took in took_s.items())
    sys.stdout.write((json.dumps(took_s) if as_json else f"Ready: {text}.") + "\n")


def _warm(part: Part) -> None:
    if part is Part.TRAVEL_TIMES:
        from routing.warm import warm_up  # noqa: PLC0415 (slow to load)
    else:
        from dispatch.core.warm_up import warm_up  # noqa: PLC0415
    warm_up()
