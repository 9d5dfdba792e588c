"""Places of units do not queue up behind writers of events, and wait for none of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from api import schema
from fleet.model import PositionReport, UnitKind, UnitSpec
from fleet.positions import PositionsTaken, UnitBusy, take_many
from fleet.shifts import start_shift
from fleet.states import UnitMove
from fleet.store import get_unit, move_unit, put_unit
from kernel.database import Database
from kernel.position import Position
from tests.storage.rows import NOW, REGION

LATER = NOW + timedelta(minutes=1)
HERE = PositionReport(NOW + timedelta(seconds=30), 113.3, 23.1)
THERE = Position(HERE.lon, HERE.lat)


def two_units(database: Database) -> tuple[int, int]:
    with database.write() as session:
        units = [
            put_unit(session, NOW, UnitSpec(code, code, REGION, UnitKind.TOW)).id
            for code in ("T-01", "T-02")
        ]
        for unit_id in units:
            start_shift(session, NOW, unit_id)
    return units[0], units[1]


def test_of_a_unit_that_a_writer_holds_nothing_is_stored_until_it_is_waited_for(
    postgis_url: str,
) -> None:
    database = Database(postgis_url)
    schema.upgrade(database)
    held, free = two_units(database)
    batches = [(held, [HERE]), (free, [HERE])]
    with database.write() as writer:
        move_unit(writer, held, UnitMove.ROLL)
        with database.write(appends=False) as session:
            found = take_many(session, LATER, batches, wait=False)
        busy, taken = found
        assert isinstance(busy, UnitBusy)
        assert taken == PositionsTaken(1, (), moved=True)
        with database.read() as session:
            assert get_unit(session, free).position == THERE
            assert get_unit(session, held).position is None
    with database.write() as session:
        assert take_many(session, LATER, batches[:1]) == [PositionsTaken(1, (), moved=True)]
    database.close()


def test_places_and_moves_of_the_same_units_side_by_side_end_well(database: Database) -> None:
    units = two_units(database)

    def tell(n: int) -> None:
        report = PositionReport(NOW + timedelta(seconds=n % 50), 113.0 + n / 1000, 23.1)
        with database.write(appends=False) as session:
            found = take_many(session, LATER, [(it, [report]) for it in units], wait=False)
        left = [it.unit_id for it in found if isinstance(it, UnitBusy)]
        if left:
            with database.write() as session:
                take_many(session, LATER, [(it, [report]) for it in left])

    def move(n: int) -> None:
        # One way round and the other: writers that did not queue would wait for each other.
        with database.write() as session:
            for unit_id in units[:: 1 if n % 2 else -1]:
                move_unit(session, unit_id, UnitMove.ROLL if n < 0 else UnitMove.STAND_DOWN)

    with ThreadPoolExecutor(4) as pool:
        places = [pool.submit(tell, n) for n in range(60)]
        places += [pool.submit(tell, n) for n in range(60)]  # the same ones, told twice at once
        for n in range(20):
            move(-1 - n)
            move(n)
        for place in places:
            place.result()
    with database.read() as session:
        assert {get_unit(session, it).position_at for it in units} == {NOW + timedelta(seconds=49)}
    database.close()
