"""Many days of many policies, two at a time."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.demo.compare import POLICIES, DayRequest, draw, play_policy
from benchmarks.demo.load import CALLS_PER_HOUR
from benchmarks.rolling.clairvoyant import foresee
from benchmarks.rolling.outcome import DayOutcome, outcome_of
from benchmarks.service import quiet
from dispatch.params import as_toml, changed, load_settings
from geo_data.city import City, load_city

CLAIRVOYANT = "clairvoyant"
ALL_POLICIES = (*POLICIES, CLAIRVOYANT)
TUNED = "optimizer"
"""Whose settings can be changed; the others are what they are."""


@dataclass(frozen=True, slots=True)
class DayTask:
    """One day of one policy.

    Attributes
    ----------
    load
        Times the calls an hour that the demo city is made for.
    settings_file
        Of the dispatch; ``None``: the city's own.
    solve_s
        For the clairvoyant.
    contractors
        Whether there are any; the clairvoyant uses own units alone at any rate.
    """

    city: str
    data_dir: Path
    policy: str
    load: float
    seed: int
    minutes: float
    settings_file: Path | None = None
    solve_s: float = 20.0
    contractors: bool = True


def play(task: DayTask) -> DayOutcome:
    """Return the outcome of a day; pure but for the clock of its decisions."""
    city = _city(task.city, task.data_dir)
    request = DayRequest(
        minutes=task.minutes,
        seed=task.seed,
        calls_per_hour=CALLS_PER_HOUR * task.load,
        contractors=task.contractors,
    )
    if task.policy == CLAIRVOYANT:
        return foresee(city, task.data_dir, request, task.solve_s)
    day, fleet = draw(city, request)
    own: dict[str, Any] = {}
    if task.settings_file is not None and task.policy == TUNED:
        own["dispatch_settings"] = task.settings_file
    played = play_policy(city, task.data_dir, day, fleet, task.seed, task.policy, **own)
    return outcome_of(
        played.incidents,
        played.driven_s,
        contractors=fleet.body["contractors"],
        n_failures=played.report["plan_failures"],
        decision_p99_s=played.report["decision_s"]["p99"],
    )


def play_all(
    tasks: Iterable[DayTask],
    *,
    workers: int,
    tell: Callable[[str], None] = lambda _: None,
    note: Callable[[DayTask, DayOutcome], None] = lambda _task, _outcome: None,
) -> dict[DayTask, DayOutcome]:
    """Return the outcome of each task, played in as many processes; ``note`` gets each as it ends.

    They end in any order but for the load: those of the first load are begun first.
    """
    tasks = list(tasks)
    context = multiprocessing.get_context("spawn")
    found: dict[DayTask, DayOutcome] = {}
    with ProcessPoolExecutor(workers, mp_context=context, initializer=quiet) as pool:
        waiting = {pool.submit(play, task): task for task in tasks}
        for done in as_completed(waiting):
            task = waiting[done]
            found[task] = done.result()
            note(task, found[task])
            tell(
                f"{len(found)} of {len(tasks)}: load {task.load:g}, seed {task.seed}, "
                f"{task.policy}: {found[task].share:.1%} kept"
            )
    return found


@contextmanager
def settings_with(values: Mapping[str, Any]) -> Iterator[Path | None]:
    """Make a settings file with other values, as long as the block lasts; ``None`` for none."""
    if not values:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="roadflare-settings-") as folder:
        file = Path(folder) / "dispatch.toml"
        file.write_text(as_toml(changed(load_settings(), values)), encoding="utf-8")
        yield file


def by_policy(
    outcomes: Mapping[DayTask, DayOutcome], policies: Sequence[str], load: float
) -> dict[str, list[DayOutcome]]:
    """Return the days of one load by policy, in order of seed."""
    ordered = sorted(outcomes, key=lambda task: task.seed)
    return {
        policy: [outcomes[it] for it in ordered if (it.policy, it.load) == (policy, load)]
        for policy in policies
    }


@cache
def _city(name: str, data_dir: Path) -> City:
    return load_city(name, data_dir)
