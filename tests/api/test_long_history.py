"""What is over costs nobody anything: no page, no report and no turn of the loop reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.by_hand import CODES, Day
from tests.support.long_history import Effort, age
from tests.support.service import OpenTown, Town

N_COPIES = 400
MOST = 3
"""How many times what it took before a query may take: other things are open then."""

FEW = 2500
"""Steps of SQLite: what may be read of a few rows."""

NEWEST_OFFERS = ("contractor_offers.region = ?", "LIMIT")
"""Words of the queries that read the newest thousand offers, however many there are."""

A_YEAR = timedelta(days=365)


class OfOpenOnes(Day):
    """Nobody lists what is closed in order to act on it."""

    def _one(self) -> int | None:
        return self.rng.choice([*self._open(), None])


def busy(town: Town, day: Day) -> None:
    """Let everybody act, and open every page."""
    for name in ("call", "call", "book", *_ACTS * 3, "call"):
        getattr(day, f"_{name}")()
        town.decide()
    desk, today = town["desk"], f"{town.clock.now():%Y-%m-%d}"
    pages = ["incidents?state=closed&limit=5", "incidents?state=all&limit=5", "plan", "alarms"]
    pages += ["units", "road-reports", f"appointments?day={today}", "events/log?limit=5&after=1"]
    for one in desk.get("incidents").json()["items"]:
        pages += [f"incidents/{one['id']}", f"incidents/{one['id']}/candidates"]
        pages += [f"incidents/{one['id']}/contractors"] if one["job"] else []
    for page in pages:
        assert desk.get(page).status_code in (200, 409), page
    for code in CODES:
        assert town[code].get("field/jobs").is_success
    assert town["partner"].get("provider/offers").is_success
    for key in day.owners:
        assert town.nobody.get(f"track/{key}").is_success
    assert town.nobody.get("/metrics").is_success


_ACTS = (
    "call", "report", "report", "report", "assign", "offer", "contractor", "amend",
    "acknowledge", "lock", "release", "cancel_visit", "shift", "place", "owner", "pass_time",
)  # fmt: skip


@pytest.mark.timeout(600)
def test_no_query_reads_what_is_over(open_town: OpenTown) -> None:
    town = open_town(
        access_life=A_YEAR, session_life=A_YEAR, session_idle=A_YEAR, token_rate=1e6,
        address_rate=1e6,
    )  # fmt: skip
    database, day = town.service.runtime.database, OfOpenOnes(town, 3)
    day.play(60)
    young, old = Effort(), Effort()
    with young.watched(database.engine):
        busy(town, day)
    age(database, N_COPIES)
    with old.watched(database.engine):
        busy(town, day)
    assert town.n_rows()["incidents"] > 3 * N_COPIES
    grown = [
        f"{young.steps.get(sql, 0)} steps, then {n}: {sql}"
        for sql, n in old.steps.items()
        if n > MOST * young.steps.get(sql, 0) + FEW
        and not all(words in sql for words in NEWEST_OFFERS)
    ]
    assert not grown, "\n".join(grown)
