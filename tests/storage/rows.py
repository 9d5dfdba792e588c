"""Rows that are valid, to be made invalid in one respect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from dispatch.store import AppointmentRow, ContractorOfferRow, IncidentRow, JobRow, PhotoRow
from fleet.model import UnitKind, UnitSpec
from fleet.registers import ContractorSpec, put_contractor
from fleet.store import put_unit
from kernel.database import WriteSession
from kernel.position import Position

NOW = datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=UTC)
PLACE = Position(113.264359, 23.129112)
REGION = "harbour"


def incident(**changes: Any) -> IncidentRow:
    return IncidentRow(
        **{
            "region": REGION,
            "channel": "phone",
            "state": "waiting",
            "received_at": NOW,
            "target_at": NOW + timedelta(minutes=30),
            "promised_at": NOW + timedelta(minutes=30),
            "risk": "normal",
            "urban": True,
            "area": "city",
            "position": PLACE,
            "place_text": "港口路",
            "place_confidence": 1.0,
            "place_source": "pin",
            "caller_phone": "+8613812341234",
            "fault": "tyre",
            "warnings": [],
            "entitlement": {},
            "triage": {},
            **changes,
        }
    )


def job(**changes: Any) -> JobRow:
    return JobRow(
        **{
            "region": REGION,
            "purpose": "rescue",
            "state": "open",
            "options": [],
            "position": PLACE,
            "place_text": "港口路",
            "priority": 0,
            "target_at": NOW,
            "created_at": NOW,
            **changes,
        }
    )


def appointment(**changes: Any) -> AppointmentRow:
    return AppointmentRow(
        **{
            "region": REGION,
            "kind": "installation",
            "state": "booked",
            "code": "ABC234",
            "booked_at": NOW,
            "window_start_at": NOW,
            "window_end_at": NOW + timedelta(hours=1),
            "duration_s": 3600,
            "position": PLACE,
            "place_text": "港口路",
            "caller_phone": "+8613812341234",
            **changes,
        }
    )


def offer(**changes: Any) -> ContractorOfferRow:
    return ContractorOfferRow(
        **{
            "region": REGION,
            "state": "offered",
            "offered_at": NOW,
            "expires_at": NOW + timedelta(minutes=3),
            **changes,
        }
    )


def photo(**changes: Any) -> PhotoRow:
    return PhotoRow(
        **{
            "sender": "incident:1",
            "client_id": "a-1",
            "step": "fault",
            "taken_at": NOW,
            "received_at": NOW,
            "purge_at": NOW + timedelta(days=180),
            "sha256": "0" * 64,
            "n_bytes": 3,
            "width": 4,
            "height": 3,
            "picture": b"\xff\x00\xd8",
            **changes,
        }
    )


def unit_id(session: WriteSession, code: str = "T-01") -> int:
    return put_unit(session, NOW, UnitSpec(code, "Tow", REGION, UnitKind.TOW)).id


def contractor_id(session: WriteSession, name: str = "North") -> int:
    return put_contractor(session, ContractorSpec(REGION, name, PLACE, frozenset({"tow"}))).id


def stored(session: WriteSession, row: Any) -> Any:
    """Store a row and return its id."""
    session.add(row)
    session.flush()
    return row.id
