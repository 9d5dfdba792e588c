"""The way to a job, on the real roads."""

from __future__ import annotations

from dispatch.context import DispatchContext
from dispatch.job import Job, JobState
from field_app.models import DrivingRoute
from kernel.errors import InvalidInput, OutsideNetwork
from kernel.position import Position
from routing.speeds import VAN


def read_start(text: str) -> Position:
    """Return the position that ``lon,lat`` means.

    Raises
    ------
    InvalidInput
        When it means none.
    """
    lon, _, lat = text.partition(",")
    try:
        return Position(float(lon), float(lat))
    except ValueError:
        raise InvalidInput.one(
            "",
            "route.from",
            f"from={text!r} is no position.",
            "Give from=LON,LAT in degrees.",
            zh=f"from={text} 不是位置，请填写 from=经度,纬度。",
        ) from None


def goal_of(job: Job) -> Position:
    """Return where a unit with this job drives now: the car, or with the car where it goes."""
    option = job.option_named(job.option if job.is_active else job.planned_option)
    if job.state is JobState.LOADED and option.destination is not None:
        return option.destination.position
    return job.position


def way(
    context: DispatchContext, start: Position, goal: Position, vehicle: str = VAN
) -> DrivingRoute:
    """Return the fastest way between two places for who leaves now.

    Raises
    ------
    RoutingError
        When one is far from any road, or no way leads there.
    """
    source, target = context.roadside.snap([start, goal])
    if source is None or target is None:
        place = start if source is None else goal
        raise OutsideNetwork(
            f"({place.lon:.5f}, {place.lat:.5f}) is too far from any road.",
            remedy="Check the position and that its datum is WGS-84.",
            zh=f"（{place.lon:.5f}, {place.lat:.5f}）离道路太远。请核对位置，坐标系须为 WGS-84。",
        )
    driven = context.times(vehicle).route(source, target)
    return DrivingRoute(
        duration_s=driven.duration_s,
        length_m=driven.length_m,
        points=[(lon, lat) for lon, lat in driven.points.round(6).tolist()],
        elapsed_s=driven.elapsed_s.round(1).tolist(),
        streets=[(name, round(metres, 1)) for name, metres in driven.streets],
    )
