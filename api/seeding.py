"""Seeds a region: units, contractors, service centres and who may log in, all faults at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeVar

from api.identity import NewUser, hash_secret, put_user
from api.models.identity import Role
from api.models.region import FleetCentreIn, FleetContractorIn, FleetIn, FleetOut, FleetUnitIn
from api.runtime import Runtime
from fleet.model import Ownership, UnitKind, UnitSpec
from fleet.opening_hours import OpeningHours
from fleet.registers import (
    CentreSpec,
    ContractorSpec,
    contractors_of,
    put_centre,
    put_contractor,
    service_centres_of,
)
from fleet.shifts import plan_shift
from fleet.store import put_unit, units_of
from kernel import events
from kernel.database import WriteSession
from kernel.errors import Fault, InvalidInput
from kernel.position import Position

T = TypeVar("T")
Hashes = Mapping[str, str]


def hashed_secrets(body: FleetIn) -> Hashes:
    """Return the hash of each secret by login; slow on purpose, so done before the transaction."""
    secrets = {unit.code: unit.pin for unit in body.units if unit.pin}
    secrets |= {it.user: it.secret for it in body.contractors if it.user and it.secret}
    secrets |= {user.user: user.secret for user in body.users}
    with ThreadPoolExecutor() as pool:  # hashing lets other threads run
        return dict(zip(secrets, pool.map(hash_secret, secrets.values()), strict=True))


def seed(session: WriteSession, runtime: Runtime, body: FleetIn, hashes: Hashes) -> FleetOut:
    """Add what is new, change what is known by its code or name.

    Raises
    ------
    InvalidInput
        With every fault of every member; nothing is stored then.
    """
    return _Seeding(session, runtime, body, hashes).run()


@dataclass
class _Seeding:
    session: WriteSession
    runtime: Runtime
    body: FleetIn
    hashes: Hashes
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.region = self.runtime.region
        self.now = self.runtime.clock.now()

    def run(self) -> FleetOut:
        body, before = self.body, self._fleet()
        # Units name their contractors, so those come first.
        contractors = self._each("contractors", body.contractors, self._contractor)
        centres = self._each("centres", body.centres, self._centre)
        units = self._each("units", body.units, self._unit)
        users = {user.user: self._user(user.user, user.name, user.role) for user in body.users}
        if self.faults:
            raise InvalidInput(self.faults)
        self._tell(before)
        return FleetOut(units=units, contractors=contractors, centres=centres, users=users)

    def _fleet(self) -> dict[str, dict[int, object]]:
        """Return everything in the fleet by id."""
        session, region = self.session, self.region
        return {
            "units": {it.id: it for it in units_of(session, region)},
            "contractors": {it.id: it for it in contractors_of(session, region)},
            "centres": {it.id: it for it in service_centres_of(session, region)},
        }

    def _tell(self, before: Mapping[str, Mapping[int, object]]) -> None:
        """Say which ones are new or other than they were, if any: a plan may be better now."""
        changed = {
            name: ids
            for name, items in self._fleet().items()
            if (ids := [key for key, it in items.items() if before[name].get(key) != it])
        }
        if changed:
            events.append(
                self.session, self.now, "fleet.changed", region=self.region, payload=changed
            )

    def _each(
        self, name: str, items: Sequence[T], put: Callable[[T], tuple[str, int]]
    ) -> dict[str, int]:
        """Put every item; keep faults with pointers into the body."""
        done = {}
        for index, item in enumerate(items):
            try:
                key, row_id = put(item)
            except InvalidInput as error:
                self.faults += [
                    replace(it, pointer=f"/{name}/{index}{it.pointer}") for it in error.faults
                ]
            else:
                done[key] = row_id
        return done

    def _contractor(self, item: FleetContractorIn) -> tuple[str, int]:
        contractor = put_contractor(
            self.session,
            ContractorSpec(
                region=self.region,
                name=item.name,
                position=Position(item.lon, item.lat),
                skills=frozenset(item.skills),
                phone=item.phone,
                callout_cny=item.callout_cny,
                cny_per_km=item.cny_per_km,
                answer_s=item.answer_s,
            ),
        )
        if item.user is not None:
            self._user(item.user, item.name, "provider", contractor_id=contractor.id)
        return item.name, contractor.id

    def _centre(self, item: FleetCentreIn) -> tuple[str, int]:
        hours = OpeningHours(item.opening_hours, self.runtime.city.timezone)
        spec = CentreSpec(
            region=self.region,
            name=item.name,
            position=Position(item.lon, item.lat),
            skills=frozenset(item.skills),
            opening_hours=hours,
        )
        return item.name, put_centre(self.session, spec).id

    def _unit(self, item: FleetUnitIn) -> tuple[str, int]:
        spec = UnitSpec(
            code=item.code,
            name=item.name,
            region=self.region,
            kind=UnitKind(item.kind),
            ownership=Ownership(item.ownership),
            skills=frozenset(item.skills),
            equipment=frozenset(item.equipment),
            kwh_capacity=item.kwh_capacity,
            kwh=item.kwh,
            home=Position(item.lon, item.lat),
            contractor_id=self._contractor_id(item.contractor),
            plate=item.plate,
        )
        unit = put_unit(self.session, self.now, spec)
        if item.shift_end_at is not None:
            plan_shift(self.session, unit.id, item.shift_start_at or self.now, item.shift_end_at)
        if item.pin is not None:
            self._user(item.code, item.name, "technician", unit_id=unit.id)
        return item.code, unit.id

    def _contractor_id(self, name: str | None) -> int | None:
        if name is None:
            return None
        for contractor in contractors_of(self.session, self.region):
            if contractor.name == name:
                return contractor.id
        raise InvalidInput.one(
            "/contractor",
            "unit.contractor",
            f"There is no contractor {name!r}.",
            "Give it among the contractors of this body, or register it first.",
            zh=f"没有名为“{name}”的外协，请先登记，或一并提交。",
        )

    def _user(
        self,
        login: str,
        name: str,
        role: Role,
        *,
        unit_id: int | None = None,
        contractor_id: int | None = None,
    ) -> int:
        user = NewUser(
            region=self.region,
            login=login,
            name=name,
            role=role,
            secret_hash=self.hashes.get(login),
            unit_id=unit_id,
            contractor_id=contractor_id,
        )
        return put_user(self.session, user)
