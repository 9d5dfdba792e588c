"""Days that were played, kept as they end: a run that was stopped goes on where it was.

One line of JSON for each day, with what it was played with. A line counts for the same day of the
same commit without changes beside it; any other is left alone and the day is played again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from benchmarks.rolling.outcome import DayOutcome
from benchmarks.rolling.play import CLAIRVOYANT, TUNED, DayTask
from kernel.errors import InvalidInput


class Journal:
    """A file of days.

    Parameters
    ----------
    path
        Need not exist yet.
    made
        See `benchmarks.provenance`. Days of code that is not committed are kept for nobody.
    values
        The settings that the optimizer's days are played with instead of the usual ones.
    """

    def __init__(self, path: Path, made: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        self._path = path
        self._commit = None if made["uncommitted_changes"] else made["commit"]
        self._values = dict(values)

    def played(self, tasks: Iterable[DayTask]) -> dict[DayTask, DayOutcome]:
        """Return those of the days that the file holds.

        Raises
        ------
        InvalidInput
            For a file that is no journal. A last line that was cut off is left out.
        """
        if self._commit is None or not self._path.exists():
            return {}
        found = {_key(day): outcome for day, outcome in self._lines()}
        keys = {task: _key(self._day(task)) for task in tasks}
        return {task: _outcome(found[key]) for task, key in keys.items() if key in found}

    def note(self, task: DayTask, outcome: DayOutcome) -> None:
        """Append a day that was played."""
        if self._commit is None:
            return
        line = json.dumps({"day": self._day(task), "outcome": asdict(outcome)})
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        whole = text[: text.rfind("\n") + 1]  # without a line that was cut off
        self._path.write_text(f"{whole}{line}\n", encoding="utf-8")

    def _day(self, task: DayTask) -> dict[str, Any]:
        """Return everything that the outcome of a day depends on."""
        return {
            "commit": self._commit,
            "city": task.city,
            "policy": task.policy,
            "load": task.load,
            "seed": task.seed,
            "minutes": task.minutes,
            "set": self._values if task.policy == TUNED else {},
            "solve_s": task.solve_s if task.policy == CLAIRVOYANT else None,
            "contractors": task.contractors,
        }

    def _lines(self) -> Iterable[tuple[dict[str, Any], dict[str, Any]]]:
        text = self._path.read_text(encoding="utf-8")
        for line in text.split("\n")[:-1]:
            try:
                raw = json.loads(line)
                yield raw["day"], raw["outcome"]
            except (ValueError, KeyError, TypeError) as error:
                raise InvalidInput.one(
                    "/resume",
                    "bench.journal",
                    f"{self._path} is no journal of days: {line[:60]!r}.",
                    "Give another file, or remove it.",
                ) from error


def _key(day: Mapping[str, Any]) -> str:
    return json.dumps(day, sort_keys=True)


def _outcome(raw: Mapping[str, Any]) -> DayOutcome:
    values = {it.name: raw[it.name] for it in fields(DayOutcome)}
    responses = {name: tuple(values[name]) for name in ("response_s", "urban_response_s")}
    return DayOutcome(**values | responses)
