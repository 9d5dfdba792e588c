"""All faults of one input together: of its shape (pydantic), and of its meaning (intake)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from api.runtime import Runtime
from dispatch.booking import read_booking
from dispatch.call import read_call
from dispatch.regions import Region, get_region
from kernel.errors import Fault, InvalidInput

MeaningFaults = Callable[[Runtime, Mapping[str, Any]], Sequence[Fault]]
_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])
_MARK = "_meaning_faults"


def means(check: MeaningFaults) -> Callable[[_Endpoint], _Endpoint]:
    """Let an endpoint's validation errors be answered together with what ``check`` finds."""

    def mark(endpoint: _Endpoint) -> _Endpoint:
        setattr(endpoint, _MARK, check)
        return endpoint

    return mark


def check_of(endpoint: Any) -> MeaningFaults | None:
    """Return what `means` has set on an endpoint."""
    return getattr(endpoint, _MARK, None)


def together(shape: Sequence[Fault], meaning: Sequence[Fault]) -> list[Fault]:
    """Return both, without what is said of the same member twice."""
    pointers = [fault.pointer for fault in shape]

    def is_new(fault: Fault) -> bool:
        return not any(
            f"{fault.pointer}/".startswith(f"{known}/")
            or f"{known}/".startswith(f"{fault.pointer}/")
            for known in pointers
        )

    return [*shape, *(fault for fault in meaning if is_new(fault))]


def call_faults(runtime: Runtime, raw: Mapping[str, Any]) -> Sequence[Fault]:
    """Return what is wrong with the meaning of an ``IncidentIn``."""
    region, now = _region(runtime), runtime.clock.now()
    return _faults_of(
        lambda: read_call(
            raw,
            country=region.country,
            today=region.today(now),
            locate=runtime.desk.locator.locate,
        )
    )


def booking_faults(runtime: Runtime, raw: Mapping[str, Any]) -> Sequence[Fault]:
    """Return what is wrong with the meaning of an ``AppointmentIn``."""
    region, now = _region(runtime), runtime.clock.now()
    return _faults_of(
        lambda: read_booking(
            raw,
            country=region.country,
            now=now,
            today=region.today(now),
            locate=runtime.desk.locator.locate,
        )
    )


def _faults_of(read: Callable[[], object]) -> Sequence[Fault]:
    try:
        read()
    except InvalidInput as error:
        return error.faults
    return ()


def _region(runtime: Runtime) -> Region:
    with runtime.database.read() as session:
        return get_region(session, runtime.region)
