"""The contractors of a region as a dispatcher chooses among them for one incident."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from dispatch.context import DispatchContext
from dispatch.contractor_choice import Asking, Guess, expected_cny
from dispatch.contractor_silence import Silence, silent_contractors
from dispatch.contractors import best_to_ask
from dispatch.explain import job_to_judge
from dispatch.store import Asked, offers_about
from fleet.model import Contractor
from fleet.registers import contractors_of


@dataclass(frozen=True, slots=True)
class Choice:
    """One contractor that could be asked.

    Attributes
    ----------
    guess
        When it may come and what it charges; ``None``: it lacks what the job needs, or a way.
    asked
        What became of offers of this incident to it; ``None``: it was not asked.
    silence
        ``None``: it answers.
    is_best
        Whether it is whom an offer that names nobody goes to.
    """

    contractor: Contractor
    guess: Guess | None
    asked: Asked | None
    silence: Silence | None
    is_best: bool


def contractors_for(
    session: Session, context: DispatchContext, incident_id: int
) -> tuple[Choice, ...]:
    """Return all contractors that take jobs: the best, then by what each is expected to cost.

    Raises
    ------
    NotFound
        When there is no such incident.
    Conflict
        When it needs nobody any more.
    """
    job = job_to_judge(session, incident_id)
    settings, now = context.settings, context.clock.now()
    about = offers_about(session, context.region).get(incident_id, {})
    silent = silent_contractors(session, context.region, settings.contractors)
    asking, best = Asking.read(session, context), best_to_ask(session, context, job)
    found = []
    for it in contractors_of(session, context.region):
        asked = about.get(it.id)
        not_before_at = None if asked is None else asked.not_before_at
        guess = asking.best((job,), {it.id: not_before_at}).get(job.id)
        is_best = best is not None and best.contractor.id == it.id
        found.append(Choice(it, guess, asked, silent.get(it.id), is_best))

    def rank(it: Choice) -> tuple[bool, bool, float]:
        cny = 0.0 if it.guess is None else expected_cny(settings, job, it.guess, now)
        return not it.is_best, it.guess is None, cny

    return tuple(sorted(found, key=rank))
