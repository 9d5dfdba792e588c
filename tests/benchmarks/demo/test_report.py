"""What counts as kept and as missed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from benchmarks.demo.report import kept, report, summary


def incident(**changes: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "number": "R-1",
        "received_at": "2026-06-01T12:00:00Z",
        "target_at": "2026-06-01T12:30:00Z",
        "arrived_at": "2026-06-01T12:20:00Z",
        "closed_at": "2026-06-01T12:50:00Z",
        "outcome": "repaired",
        "urban": True,
        "contractor": None,
    } | changes


@pytest.mark.parametrize(
    ("changes", "is_kept"),
    [
        ({}, True),
        ({"arrived_at": "2026-06-01T12:30:00Z"}, True),
        ({"arrived_at": "2026-06-01T12:30:01Z"}, False),
        ({"arrived_at": None, "outcome": "solved_remotely"}, True),
        ({"arrived_at": None, "outcome": "cancelled_by_owner"}, False),
        (
            {
                "arrived_at": None,
                "outcome": "cancelled_by_owner",
                "closed_at": "2026-06-01T12:10:00Z",
            },
            True,
        ),
        ({"arrived_at": None, "outcome": None, "closed_at": None}, False),
        ({"arrived_at": "2026-06-01T12:31:00Z", "contractor": {"state": "done"}}, False),
    ],
)
def test_kept(changes: dict[str, Any], is_kept: bool) -> None:
    assert kept(incident(**changes)) is is_kept


def test_summary_by_hand() -> None:
    late = incident(id=2, arrived_at="2026-06-01T12:40:00Z")
    far = incident(id=3, urban=False, arrived_at="2026-06-01T12:50:00Z") | {
        "target_at": "2026-06-01T13:00:00Z"
    }
    assert summary([incident(), late, far]) == {
        "urban_share_within_target": 0.5,
        "share_within_target": 0.6667,
        "response_s": {"mean": 2200.0, "p50": 2400.0, "p90": 2880.0},
    }


def test_an_empty_day_has_no_shares_but_a_report() -> None:
    empty = report([], [], counted_from=datetime(2026, 6, 1, tzinfo=UTC))
    assert empty["incidents"] == 0
    assert empty["share_within_target"] is None
    assert empty["unassigned"] == []


def test_nobody_came_is_unassigned() -> None:
    nobody = incident(number="R-9", arrived_at=None, outcome=None, closed_at=None)
    found = report([incident(), nobody], [], counted_from=datetime(2026, 6, 1, tzinfo=UTC))
    assert found["unassigned"] == ["R-9"]
