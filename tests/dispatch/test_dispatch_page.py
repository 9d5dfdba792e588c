"""The page for dispatchers names every alarm that they may see, and no other."""

import re
from pathlib import Path

from dispatch.alarms import AlarmKind
from dispatch.promise_keeping import LOST
from dispatch.troubles import TROUBLES

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "dispatch.md"


def test_every_alarm_is_told_on_the_page_and_whether_it_goes_by_itself() -> None:
    rows = re.findall(
        r"^\| `([a-z_]+)`( \*)? \|", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert sorted(kind for kind, _ in rows) == sorted(AlarmKind)
    assert {kind for kind, goes in rows if goes} == {*TROUBLES, *LOST}
