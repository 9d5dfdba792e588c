"""How endpoints write: one transaction a request, repeats answered from memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from api.idempotency import MAX_KEY, Once, answer_once, digest_of
from api.runtime import Runtime, runtime_of
from kernel.database import WriteSession

Run = Annotated[Runtime, Depends(runtime_of)]
Act = Callable[[WriteSession], BaseModel | tuple[int, BaseModel]]
"""Does the work and returns the answer, with a status if it is not the usual one."""


@dataclass(frozen=True, slots=True)
class Repeatable:
    """One writing request, known again by its ``Idempotency-Key`` if it has one."""

    key: str | None
    digest: str

    def answer(self, runtime: Runtime, principal: str, act: Act, *, status: int = 200) -> Response:
        """Run ``act`` in one transaction, once, and return the response."""

        def acted(session: WriteSession) -> tuple[int, BaseModel]:
            result = act(session)
            return result if isinstance(result, tuple) else (status, result)

        once = Once(principal, self.key, self.digest, runtime.clock.now())
        with runtime.database.write() as session:
            answer = answer_once(session, once, acted)
        headers = {"Idempotency-Replayed": "true"} if answer.replayed else None
        return Response(
            answer.body, status_code=answer.status, media_type="application/json", headers=headers
        )


async def _repeatable(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=MAX_KEY,
            pattern=r"^[\x21-\x7e]+$",
            description="The same key and body get the same answer; another body gets 422.",
        ),
    ] = None,
) -> Repeatable:
    path = request.url.path
    return Repeatable(idempotency_key, digest_of(request.method, path, await request.body()))


Repeat = Annotated[Repeatable, Depends(_repeatable)]
