"""Who may call what: each route declares its rule by one of these dependencies, or it is a fault.

A rule is a `Gate` (roles of a bearer token), `OwnerGate` (the link itself) or `Open` (nobody is
asked); `rule_of` finds it, and a test walks all routes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api import rate_limit
from api.identity import Principal
from api.models.identity import Role
from api.owner_links import OwnerLink, open_link
from api.runtime import Runtime, runtime_of
from kernel.errors import NotAllowed, NotAuthenticated

_ROLE_ZH: dict[Role, str] = {
    "call_taker": "接线员",
    "dispatcher": "调度员",
    "technician": "技师",
    "provider": "外协",
    "planner": "规划员",
    "admin": "管理员",
}
_bearer = HTTPBearer(auto_error=False, description="A token of POST /api/v1/login.")
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
_Runtime = Annotated[Runtime, Depends(runtime_of)]


async def _token(credentials: _Credentials) -> str:
    if credentials is None:
        raise NotAuthenticated(
            "No bearer token was given.",
            remedy="Send Authorization: Bearer TOKEN.",
            zh="尚未登录，请先登录。",
        )
    return credentials.credentials


Bearer = Annotated[str, Depends(_token)]
"""The token that was sent, whatever it is worth."""


@dataclass(frozen=True)
class Gate:
    """Lets in bearer tokens of these roles, of the service's region."""

    roles: frozenset[Role]

    async def __call__(self, request: Request, runtime: _Runtime, bearer: Bearer) -> Principal:
        """Return who speaks."""
        principal = runtime.known.recall(bearer)
        if principal is None:
            principal = await run_in_threadpool(runtime.known.look_up, bearer)
        rate_limit.accept(request.scope)
        if principal.region != runtime.region:
            raise NotAllowed(
                f"The token is for {principal.region!r}, this service is {runtime.region!r}.",
                remedy="Ask the service of your region.",
                zh=f"该登录属于区域 {principal.region}，本服务负责 {runtime.region}。"
                "请登录本区域的调度台。",
            )
        if principal.role not in self.roles:
            raise NotAllowed(
                f"The role {principal.role!r} may not do this.",
                remedy=f"Ask somebody who is {' or '.join(sorted(self.roles))}.",
                zh=f"{_ROLE_ZH[principal.role]}账号无权进行此操作，"
                f"请联系{'、'.join(_ROLE_ZH[role] for role in sorted(self.roles))}。",
            )
        return principal


@dataclass(frozen=True)
class OwnerGate:
    """Lets in whoever holds a valid owner link."""

    def __call__(self, runtime: _Runtime, key: str) -> OwnerLink:
        """Return what the link opens."""
        with runtime.database.read() as session:
            return self.opened(session, runtime, key)

    @staticmethod
    def opened(session: Session, runtime: Runtime, key: str) -> OwnerLink:
        """Return what the link opens, or raise `NotFound`: expired and unknown look the same."""
        return open_link(session, runtime.region, key, runtime.clock.now())


@dataclass(frozen=True)
class Open:
    """Lets everybody in; says why nobody is asked."""

    reason: str

    def __call__(self) -> None:
        """Ask nothing."""


Rule = Gate | OwnerGate | Open

CALL_TAKERS: frozenset[Role] = frozenset({"call_taker", "dispatcher"})
TECHNICIANS: frozenset[Role] = frozenset({"technician"})
DISPATCHERS: frozenset[Role] = frozenset({"dispatcher"})
ADMINS: frozenset[Role] = frozenset({"admin"})
ROAD_KEEPERS: frozenset[Role] = frozenset({"dispatcher", "planner", "admin"})
STAFF: frozenset[Role] = frozenset(
    {"call_taker", "dispatcher", "technician", "provider", "planner", "admin"}
)

FOR_CALL_TAKERS = Depends(Gate(CALL_TAKERS))
FOR_DISPATCHERS = Depends(Gate(DISPATCHERS))
FOR_ROAD_KEEPERS = Depends(Gate(ROAD_KEEPERS))
FOR_ADMINS = Depends(Gate(ADMINS))
FOR_STAFF = Depends(Gate(STAFF))
"""For routes that do not care who exactly it is."""

CallTaker = Annotated[Principal, Depends(Gate(CALL_TAKERS))]
Dispatcher = Annotated[Principal, Depends(Gate(DISPATCHERS))]
Anybody = Annotated[Principal, Depends(Gate(STAFF))]
Admin = Annotated[Principal, Depends(Gate(ADMINS))]
RoadKeeper = Annotated[Principal, Depends(Gate(ROAD_KEEPERS))]
Provider = Annotated[Principal, Depends(Gate(frozenset({"provider"})))]
TechnicianPrincipal = Annotated[Principal, Depends(Gate(TECHNICIANS))]
Owner = Annotated[OwnerLink, Depends(OwnerGate())]


def rules_of(dependant: Dependant) -> list[Rule]:
    """Return every rule among a route's dependencies."""
    own = [dependant.call] if isinstance(dependant.call, Gate | OwnerGate | Open) else []
    return own + [rule for child in dependant.dependencies for rule in rules_of(child)]
