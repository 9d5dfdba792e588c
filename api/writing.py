"""How endpoints write: one transaction a request, repeats answered from memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response
from pydantic import BaseModel

import field_app.repeating
from api.idempotency import Once, answer_once
from api.runtime import Runtime, runtime_of
from field_app.repeating import Repeated
from kernel.database import WriteSession

Run = Annotated[Runtime, Depends(runtime_of)]
Act = Callable[[WriteSession], BaseModel | tuple[int, BaseModel]]
"""Does the work and returns the answer, with a status if it is not the usual one."""


@dataclass(frozen=True, slots=True)
class Repeatable:
    """One writing request, known again by its ``Idempotency-Key`` if it has one."""

    request: Repeated

    def answer(
        self,
        runtime: Runtime,
        principal: str,
        act: Act,
        *,
        status: int = 200,
        appends: bool = True,
    ) -> Response:
        """Run ``act`` in one transaction, once, and return the response."""

        def acted(session: WriteSession) -> tuple[int, BaseModel]:
            result = act(session)
            return result if isinstance(result, tuple) else (status, result)

        given = self.request
        once = Once(principal, given.key, given.digest, runtime.clock.now())
        with runtime.database.write(appends=appends) as session:
            answer = answer_once(session, once, acted)
        headers = {"Idempotency-Replayed": "true"} if answer.replayed else None
        return Response(
            answer.body, status_code=answer.status, media_type="application/json", headers=headers
        )


async def _repeatable(request: field_app.repeating.Repeat) -> Repeatable:
    return Repeatable(request)


Repeat = Annotated[Repeatable, Depends(_repeatable)]
