"""What happened, told to people: events of one incident as sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.models.incident_out import TimelineItem
from dispatch.evidence import PHOTO_ADDED, evidence_rules
from dispatch.incident import incident_number
from field_app.wire import Bilingual
from fleet.store import UnitRow
from kernel import private_details
from kernel.events import EventRow
from kernel.words import Words

FOR_STAFF: dict[str, Words] = {
    "incident.created": Words("接到求助", "Call received"),
    "incident.updated": Words("信息已更新", "Details changed"),
    "caller.revealed": Words("已查看来电号码", "The caller's number was looked at"),
    "link.renewed": Words("已更换车主链接", "The owner's link was renewed"),
    "link.revoked": Words("已停用车主链接", "The owner's link was revoked"),
    "person.erased": Words("个人信息已删除", "Personal data erased"),
    "incident.merged": Words("同车再次来电，已合并", "Another call for this car, merged"),
    "incident.cancelled": Words("已取消", "Cancelled"),
    "incident.closed": Words("已结案", "Closed"),
    "incident.at_risk": Words("有超时风险", "At risk of being late"),
    "incident.breached": Words("已超过承诺时间", "Promise broken"),
    "promise.made": Words("已承诺到达时间", "Promise made"),
    "promise.changed": Words("已告知新的到达时间", "New promise told"),
    "job.planned": Words("计划由 {unit} 前往", "Planned for {unit}"),
    "job.ordered": Words("已派 {unit}", "{unit} ordered"),
    "job.diverted": Words("{unit} 改派他处", "{unit} diverted"),
    "job.withdrawn": Words("已撤回 {unit} 的派单", "Order to {unit} withdrawn"),
    "job.accepted": Words("{unit} 已接单", "{unit} accepted"),
    "job.rolling": Words("{unit} 已出发", "{unit} on the way"),
    "job.arrived": Words("{unit} 已到达", "{unit} at the car"),
    "job.not_there": Words(
        "{unit} 尚未到达，已撤回到达", "{unit} is not there yet: arrival taken back"
    ),
    "job.loaded": Words("{unit} 已装车", "{unit} has loaded the car"),
    "job.done": Words("{unit} 已完成", "{unit} done"),
    "job.declined": Words("{unit} 拒单", "{unit} declined"),
    "job.failed": Words("{unit} 未能完成", "{unit} could not help"),
    "contractor.offered": Words("已询问外协", "Offered to a contractor"),
    "contractor.accepted": Words("外协已接单", "A contractor accepted"),
    "contractor.rejected": Words("外协拒单", "A contractor declined"),
    "contractor.expired": Words("外协未答复", "A contractor did not answer"),
    "contractor.eta_changed": Words("外协更改了到达时间", "The contractor gave a new arrival time"),
    "contractor.withdrawn": Words("不再需要外协", "The contractor is not needed"),
    "contractor.place_changed": Words("已告知外协新位置", "The contractor was told the new place"),
    "contractor.arrived": Words("外协已到达", "The contractor is at the car"),
    "contractor.done": Words("外协已完成", "The contractor is done"),
    "alarm.raised": Words("已报警给调度员", "Dispatcher alarmed"),
    "alarm.acknowledged": Words("警报原因已消除", "The alarm is over"),
    PHOTO_ADDED: Words("{unit} 拍摄照片", "{unit} took photos"),
    "appointment.booked": Words("已预约", "Booked"),
    "appointment.changed": Words("预约已更改", "Booking changed"),
    "appointment.cancelled": Words("预约已取消", "Booking cancelled"),
}
"""Every kind that staff see in a timeline; others are noise there."""

_CONTRACTORS = {"job.arrived": "contractor.arrived", "job.done": "contractor.done"}
"""How the same is told of a contractor, which has no unit of ours."""

LEARNED: dict[str, Words] = {
    "phone": Words("回拨号码已更新", "the number to call back is a new one"),
    "place": Words("位置已更新", "the place is a new one"),
    "note": Words("备注已补充", "there are new notes"),
    "promise": Words("以较早的承诺为准", "the earlier promise counts"),
    "other_place": Words("所述位置不同，未采用，请核实", "it names another place, not taken: ask"),
}
"""What a further call brought."""

PROMISE_CHANGED = "promise.changed"

FOR_OWNERS: dict[str, Words] = {
    "incident.created": Words("我们收到了您的求助", "We have received your call"),
    "incident.cancelled": Words("已取消", "Cancelled"),
    "promise.changed": Words("到达时间有变", "The arrival time has changed"),
    "job.ordered": Words("已为您安排救援", "Help has been assigned"),
    "job.rolling": Words("救援人员已出发", "Help has set off"),
    "job.arrived": Words("救援人员已到达", "Help has arrived"),
    "job.not_there": Words(
        "抱歉，刚才的“已到达”有误，救援人员仍在途中",
        "Sorry, that was a mistake: help is still on its way",
    ),
    "job.loaded": Words(
        "车辆已装车，正送往服务中心", "Your car is being taken to the service centre"
    ),
    PHOTO_ADDED: Words("救援人员已拍摄照片", "Help has taken photos of your car"),
    "contractor.accepted": Words("合作救援商将前往", "A partner of ours is coming"),
    "contractor.arrived": Words("合作救援商已到达", "Our partner has arrived"),
}
"""What concerns an owner; nothing names a unit, a person or another customer."""

JOINED_FOR_OWNERS = Words("已与同一车辆的另一求助合并", "Joined with another request for your car")
"""Told where staff joined two incidents; a further call for one changes nothing for its owner."""

PHOTO_BY_OWNER = Words("您发来了照片", "You have sent photos")
PHOTO_BY_OWNER_FOR_STAFF = Words("车主发来照片", "The owner has sent photos")

CLOSED_FOR_OWNERS: dict[str, Words] = {
    "repaired": Words("已完成", "All done"),
    "boosted": Words("已完成", "All done"),
    "towed": Words("车辆已送达服务中心", "Your car is at the service centre"),
    "solved_remotely": Words("已远程解决", "Solved from afar"),
    "gone_on_arrival": Words("到达时未找到您的车", "Your car was not found"),
    "not_possible": Words("很抱歉，未能解决", "We are sorry: we could not help"),
}
"""How an incident ended; of a cancelled one its cancelling tells already."""


def timeline_of(session: Session, incident_id: int) -> list[TimelineItem]:
    """Return what happened to an incident, for staff, oldest first.

    What somebody gave as the reason stands behind the sentence, until it is erased.
    """
    query = (
        select(EventRow, UnitRow.code)
        .outerjoin(UnitRow, UnitRow.id == EventRow.unit_id)
        .where(EventRow.incident_id == incident_id, EventRow.kind.in_(FOR_STAFF))
        .order_by(EventRow.seq)
    )
    happened = session.execute(query).all()
    reasons = reasons_of(session, [event.payload for event, _ in happened])
    items = [
        told(event, _for_staff(event), _who(event, code), reasons.get(event.payload.get("said")))
        for event, code in happened
    ]
    return without_runs(items, {PHOTO_ADDED})


def without_runs(items: Sequence[TimelineItem], kinds: Collection[str]) -> list[TimelineItem]:
    """Leave the last of what is told of a kind several times in a row, by the same words."""
    return [
        item
        for item, following in zip_longest(items, items[1:])
        if item.kind not in kinds or following is None or following.text != item.text
    ]


def _for_staff(event: EventRow) -> Words:
    if event.kind in _BY_KIND:
        return _BY_KIND[event.kind](event)
    if event.payload.get("change") == "contractor withdrawn":
        return Words("已撤回外协", "Withdrawn from the contractor")
    if event.kind == "incident.closed" and "merged_into" in event.payload:
        number = incident_number(event.payload["merged_into"])
        return Words(f"已并入 {number} 并结案", f"Joined with {number}, which goes on, and closed")
    if event.kind in _OF_ALARM:
        return _OF_ALARM[event.kind](event.payload)
    by_contractor = event.payload.get("contractor") is True
    kind = _CONTRACTORS.get(event.kind, event.kind) if by_contractor else event.kind
    words = FOR_STAFF[kind]
    if event.kind == "incident.merged" and "merged" in event.payload:
        number = incident_number(event.payload["merged"])
        words = Words(f"调度员已将 {number} 并入", f"{number} joined with this one by a dispatcher")
    learned = [LEARNED[name] for name in event.payload.get("learned", ()) if name in LEARNED]
    if not learned:
        return words
    return Words(
        zh=f"{words.zh}：{'、'.join(it.zh for it in learned)}",
        en=f"{words.en}: {', '.join(it.en for it in learned)}",
    )


def _who(event: EventRow, code: str | None) -> str | None:
    """Return the unit that did it; an owner's photo only concerns the unit at work."""
    return None if event.kind == PHOTO_ADDED and event.payload["by"] == "owner" else code


def _photo(event: EventRow) -> Words:
    """Say of which step they are; its label may have changed since."""
    if event.payload["by"] == "owner":
        return PHOTO_BY_OWNER_FOR_STAFF
    label, words = evidence_rules().label(event.payload["step"]), FOR_STAFF[PHOTO_ADDED]
    return Words(f"{words.zh}（{label.zh}）", f"{words.en} {label.en}")


def _of_alarm(payload: Mapping[str, Any]) -> Words:
    zh, en = _literal(payload["text"]["zh"]), _literal(payload["text"]["en"])
    return Words(f"已报警给调度员：{zh}", f"Dispatcher alarmed: {en}")


def _settled(payload: Mapping[str, Any]) -> Words:
    if payload["acknowledged_by"] is None:
        return FOR_STAFF["alarm.acknowledged"]
    who = _literal(payload["acknowledged_by"])
    return Words(f"{who} 已确认警报", f"Alarm acknowledged by {who}")


_OF_ALARM = {"alarm.raised": _of_alarm, "alarm.acknowledged": _settled}


def _literal(text: str) -> str:
    """Return a text that somebody wrote, in which nothing is to be filled in."""
    return text.replace("{", "{{").replace("}", "}}")


def _planned(event: EventRow) -> Words:
    if event.payload.get("by_hand"):
        return _by_hand(event.payload)
    if event.unit_id is None:
        return Words("暂无可派车辆", "No unit is planned any more")
    return FOR_STAFF[event.kind]


def _by_hand(payload: Mapping[str, Any]) -> Words:
    if payload.get("lock") != "free":
        return Words("调度员指定 {unit}", "Fixed to {unit} by a dispatcher")
    if payload.get("goes_on"):
        return Words(
            "已交回系统规划；{unit} 已在途，继续前往",
            "Left to the plan again; {unit} is on its way and goes on",
        )
    return Words("已交回系统规划", "Left to the plan again")


_BY_KIND = {PHOTO_ADDED: _photo, "job.planned": _planned}


def reasons_of(session: Session, payloads: Iterable[dict[str, Any]]) -> dict[Any, str]:
    """Return the reasons that people gave, by the seal in an event's payload, unless erased."""
    seals = [payload["said"] for payload in payloads if payload.get("said")]
    kept = private_details.read_many(session, seals)
    return {seal: str(body["reason"]) for seal, body in kept.items() if body.get("reason")}


def why_declined(session: Session, incident_id: int) -> dict[int, str]:
    """Return why technicians declined an incident's job, by unit; the last reason of each."""
    query = (
        select(EventRow)
        .where(EventRow.incident_id == incident_id, EventRow.kind == "job.declined")
        .order_by(EventRow.seq)
    )
    declined = session.scalars(query).all()
    reasons = reasons_of(session, [event.payload for event in declined])
    return {
        event.unit_id: reasons[event.payload["said"]]
        for event in declined
        if event.unit_id is not None and event.payload.get("said") in reasons
    }


def owner_timeline(session: Session, incident_id: int) -> list[TimelineItem]:
    """Return what happened to an incident, for its owner, oldest first; no unit is named.

    Of new times in a row only the last one is told: what was between them helps nobody.
    """
    query = (
        select(EventRow)
        .where(
            EventRow.kind.in_([*FOR_OWNERS, "incident.closed", "incident.merged"]),
            EventRow.incident_id == incident_id,
        )
        .order_by(EventRow.seq)
    )
    told_of = filter(is_news, session.scalars(query))
    found = ((event, _for_owner(event)) for event in told_of)
    items = [told(event, words, None) for event, words in found if words is not None]
    items = without_runs(items, {PHOTO_ADDED})
    return [
        item
        for item, following in zip_longest(items, items[1:])
        if item.kind != PROMISE_CHANGED or following is None or following.kind != PROMISE_CHANGED
    ]


def is_news(event: EventRow) -> bool:
    """Return whether an owner is told of an event: not of an arrival that was taken back unheard.

    Phones report late and out of order: what was taken back before it was heard was never told.
    """
    if event.kind == "job.not_there":
        return not event.payload["late"]
    return "taken_back" not in event.payload


def _for_owner(event: EventRow) -> Words | None:
    if event.kind == "incident.closed":
        return CLOSED_FOR_OWNERS.get(event.payload.get("outcome", ""))
    if event.kind == "incident.merged":
        return JOINED_FOR_OWNERS if "merged" in event.payload else None
    if event.kind == PHOTO_ADDED and event.payload["by"] == "owner":
        return PHOTO_BY_OWNER
    return FOR_OWNERS[event.kind]


def told(
    event: EventRow, words: Words, code: str | None, reason: str | None = None
) -> TimelineItem:
    """Return an event as a sentence, about the unit of that code, with somebody's reason."""
    filled = words.fill(unit=code or "—")
    if reason is not None:
        filled = with_reason(filled, reason)
    return TimelineItem(
        at=event.at,
        kind=event.kind,
        text=Bilingual(zh=filled.zh, en=filled.en),
        unit_code=code,
    )


def with_reason(words: Words, reason: str) -> Words:
    """Return a sentence with what somebody gave as the reason, in that person's language."""
    return Words(zh=f"{words.zh.rstrip('。')}：{reason}", en=f"{words.en.rstrip('.')}: {reason}")
