"""What everybody does by hand, at random, while the dispatcher runs on the virtual clock.

Call takers, dispatchers, technicians, contractors, owners and who keeps the fleet act over HTTP, in
any order and often out of turn; after each act `by_hand_rules` must hold. One seed is one play.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from itertools import count
from typing import Any

import httpx

from tests.support.by_hand_rules import broken_rules, misjudged, refused_without_words, unread
from tests.support.service import (
    FLEET,
    HARBOUR,
    NEW_TOWN,
    OLD_TOWN,
    PIN,
    SECRET,
    Town,
    a_call,
    owner_of,
)

CODES = ("R-01", "R-02", "T-01", "T-02", "B-01", "V-01", "E-01")
_KITS: dict[str, tuple[list[str], list[str]]] = {
    "R": (FLEET["units"][0]["skills"], FLEET["units"][0]["equipment"]),
    "T": (FLEET["units"][1]["skills"], FLEET["units"][1]["equipment"]),
    "B": (["boost", "hv_safety"], ["generator", "safety_cones"]),
    "V": (["valet"], []),
    "E": (["charger_install"], []),
}
_KINDS = {"R": "repair", "T": "tow", "B": "charge", "V": "valet", "E": "electrician"}
_PLACES = (OLD_TOWN, NEW_TOWN, HARBOUR, (119.6250, 25.3640), (119.6300, 25.3625))
_FAULTS = (
    "flat_battery", "breakdown", "accident", "tyre", "keys_locked_in", "charger", "other",
)  # fmt: skip
_SAID = ("黑屏", "app works", "smoke", "胎压报警", "着火")
_ADDRESSES = ("人民大道", "中山路", "万汇广场", "临川湾第一医院", "没有这地方")
_ENDINGS = ("declined", "gone_on_arrival", "not_possible")
_DEEP = 9
"""Every so many acts all pages are read and all units are judged."""


class Day:
    """One play of a seed; ``told`` is how often each act was answered in which way."""

    def __init__(self, town: Town, seed: int) -> None:
        self.town, self.rng = town, random.Random(seed)
        self.told: Counter[str] = Counter()
        self.done: list[str] = []
        self.owners: list[str] = []
        self._numbers = count(1)

    def play(self, n_acts: int) -> Counter[str]:
        """Play; raise AssertionError at the first rule that is broken."""
        self._seat()
        names, weights = list(_WEIGHTS), list(_WEIGHTS.values())
        for number in range(n_acts):
            name = self.rng.choices(names, weights)[0]
            self.done.append(name)
            getattr(self, f"_{name}")()
            if self.rng.random() < 0.7:
                self.town.decide()
            faults = list(broken_rules(self.town))
            if number % _DEEP == 0:
                faults += unread(self.town, CODES, self.owners[-9:])
                faults += [it for one in self._open() for it in misjudged(self.town, one)]
            assert not faults, (self.done[-12:], faults)
        return self.told

    def _seat(self) -> None:
        town = self.town
        fleet = {
            **FLEET,
            "units": [_unit(code) for code in CODES],
            "centres": [FLEET["centres"][0] | {"skills": ["repair", "tyre", "boost", "bodywork"]}],
        }
        town.people["admin"] = town.nobody.with_token(town.service.issue_token("admin"))
        assert town["admin"].request("PUT", "fleet", json=fleet).is_success
        secrets = dict.fromkeys(("hotline", "desk", "partner"), SECRET) | dict.fromkeys(CODES, PIN)
        for user, secret in secrets.items():
            answer = town.nobody.post("login", {"user": user, "secret": secret})
            town.people[user] = town.nobody.with_token(answer.json()["token"])
        for code in CODES[:: self.rng.choice((1, 2))]:
            self._change_shift(code, "start")

    # ------------------------------------------------------------------------------ asking

    def _say(self, name: str, who: str | None, method: str, path: str, body: Any) -> httpx.Response:
        client = self.town.nobody if who is None else self.town[who]
        answer = client.request(method, path, json=body)
        fault = refused_without_words(answer)
        assert fault is None, (who, method, path, body, fault)
        self.told[f"{name} {answer.status_code}"] += 1
        self.done.append(f"{who} {method} {path} {body} {answer.status_code}")
        return answer

    def _ask(self, action: str, body: Any, who: str = "desk") -> None:
        incident = self._one()
        if incident is not None:
            self._say(action, who, "POST", f"incidents/{incident}/{action}", body)

    def _open(self) -> list[int]:
        found = self.town["desk"].get("incidents?state=open").json()["items"]
        return [it["id"] for it in found]

    def _one(self) -> int | None:
        """Return an open incident; now and then one that may be over."""
        found = self._open()
        if not found or self.rng.random() < 0.06:
            closed = self.town["desk"].get("incidents?state=closed").json()["items"]
            found += [it["id"] for it in closed]
        return self.rng.choice(found) if found else None

    # ---------------------------------------------------------------------------- the desk

    def _where(self) -> dict[str, Any]:
        luck, rng = self.rng.random(), self.rng
        if luck < 0.1:
            km, direction = rng.choice((210.0, 215.0, 600.0)), rng.choice(("福州", "厦门", "north"))
            return {"ref": "G1523", "km": km, "direction": direction}
        if luck < 0.25:
            return {"address": rng.choice(_ADDRESSES)}
        lon, lat = rng.choice(_PLACES)
        lon, lat = lon + rng.uniform(-0.004, 0.004), lat + rng.uniform(-0.003, 0.003)
        return {"lon": lon, "lat": lat, "datum": rng.choice(("WGS-84", "GCJ-02", "BD-09"))}

    def _call(self) -> None:
        rng, number = self.rng, next(self._numbers)
        body = a_call(
            number if rng.random() < 0.85 else rng.randint(1, number),
            fault=rng.choice(_FAULTS),
            location=self._where(),
            drivable=rng.choice((True, False, None)),
            safe_place=rng.choice((True, True, False, None)),
            n_people=rng.choice((None, 1, 7)),
            state_of_charge_pct=rng.choice((None, 0.0, 50.0)),
        )
        if rng.random() < 0.5:
            body["symptom"] = rng.choice(_SAID)
        self._book_owner(self._say("call", "hotline", "POST", "incidents", body))

    def _book_owner(self, answer: httpx.Response) -> None:
        if answer.is_success:
            self.owners.append(owner_of(self.town, answer.json())[1].rpartition("/")[2])

    def _amend(self) -> None:
        incident, rng = self._one(), self.rng
        changes = {
            "location": self._where(),
            "note": "又打来电话",
            "safe_place": rng.random() < 0.5,
            "location_note": rng.choice((None, "桥下", " ")),
        }
        body = {name: value for name, value in changes.items() if rng.random() < 0.4}
        if incident is not None:
            self._say("amend", "hotline", "PATCH", f"incidents/{incident}", body)

    def _merge(self) -> None:
        self._ask("merge", {"into": self._one() or 1})

    def _cancel(self) -> None:
        self._ask("cancel", {"reason": "不用了"}, self.rng.choice(("desk", "hotline")))

    def _solve(self) -> None:
        self._ask("solve-remotely", {"note": "重启好了"}, "hotline")

    def _assign(self) -> None:
        units = self.town["desk"].get("units").json()["items"]
        version = self.town["desk"].get("plan").json()["version"]
        unit, divert = self.rng.choice(units)["id"], self.rng.random() < 0.4
        self._ask("assign", {"unit_id": unit, "plan_version": version, "divert": divert})

    def _lock(self) -> None:
        self._ask("lock", {"lock": self.rng.choice(("free", "unit", "order"))})

    def _release(self) -> None:
        self._ask("release", None)

    def _offer(self) -> None:
        self._ask("contractor-offer", self.rng.choice(({}, {"contractor_id": 1})))

    def _acknowledge(self) -> None:
        for alarm in self.town["desk"].get("alarms").json()["items"][:1]:
            self._say("acknowledge", "desk", "POST", f"alarms/{alarm['id']}/acknowledge", None)

    def _book(self) -> None:
        rng, number = self.rng, next(self._numbers)
        start = self.town.clock.now() + timedelta(minutes=rng.choice((10, 60, 240)))
        hour, kind = timedelta(hours=1), rng.choice(("pickup_delivery", "installation"))
        windows = {"window": start, "return_window": start + 3 * hour}
        if kind == "installation":
            del windows["return_window"]
        lon, lat = rng.choice(_PLACES)
        body = {
            "kind": kind,
            "caller": {"phone": f"1381235{number:04d}"},
            "vehicle": {"plate": f"闽AD{30000 + number}"},
            "location": {"lon": lon, "lat": lat, "datum": "WGS-84"},
        } | {
            name: {"start_at": at.isoformat(), "end_at": (at + hour).isoformat()}
            for name, at in windows.items()
        }
        answer = self._say("book", "hotline", "POST", "appointments", body)
        self._book_owner(answer)

    def _cancel_visit(self) -> None:
        day = f"appointments?day={self.town.clock.now():%Y-%m-%d}"
        for visit in self.town["desk"].get(day).json()["items"][-1:]:
            path = f"appointments/{visit['id']}/cancel"
            answer = self._say("cancel visit", "desk", "POST", path, {"reason": "改天"})
            assert answer.is_success is visit["can_cancel"], answer.text

    def _move_visit(self) -> None:
        day = f"appointments?day={self.town.clock.now():%Y-%m-%d}"
        for visit in self.town["desk"].get(day).json()["items"][-1:]:
            start, hour = self.town.clock.now() + timedelta(minutes=90), timedelta(hours=1)
            windows = {"window": start, "return_window": start + 3 * hour}
            if visit["return_window"] is None:
                del windows["return_window"]
            body = {
                name: {"start_at": at.isoformat(), "end_at": (at + hour).isoformat()}
                for name, at in windows.items()
            }
            path = f"appointments/{visit['id']}/move"
            answer = self._say("move visit", "desk", "POST", path, body)
            assert visit["can_move"] or not answer.is_success, answer.text

    def _report_road(self) -> None:
        lon, lat = self.rng.choice(_PLACES)
        effect = self.rng.choice(("closed", "factor"))
        body = {"where": {"at": {"lon": lon, "lat": lat}}, "effect": effect}
        value = {} if effect == "closed" else {"value": 0.3}
        self._say("road", "desk", "POST", "road-reports", body | value)

    def _change_fleet(self) -> None:
        code = self.rng.choice(CODES)
        skills, equipment = _KITS[code[0]]
        fewer = {
            "skills": [it for it in skills if self.rng.random() < 0.8],
            "equipment": [it for it in equipment if self.rng.random() < 0.8],
        }
        unit = {name: it for name, it in _unit(code).items() if name != "pin"}
        self._say("fleet", "admin", "PUT", "fleet", {"units": [unit | fewer]})

    # ----------------------------------------------------------------------- out on the road

    def _report(self) -> None:
        """Press a button of a unit that has an order; seldom one that is not offered."""
        listed = {code: self.town[code].get("field/jobs").json()["current"] for code in CODES}
        busy = [(code, job) for code, job in listed.items() if job is not None]
        if not busy:
            return
        code, job = self.rng.choice(busy)
        offered = job["allowed"]
        main = [it for it in offered if it not in _ENDINGS]
        kind = self.rng.choice(main if main and self.rng.random() < 0.85 else offered)
        if self.rng.random() < 0.06:
            kind = self.rng.choice(("loaded", "done", "not_there", *_ENDINGS))
        if job["take_back_until"] and self.rng.random() < 0.2:
            kind = "not_there"
        if job["take_back_until"] and job["incident_id"] and self.rng.random() < 0.1:
            self._say("not-there", "desk", "POST", f"incidents/{job['incident_id']}/not-there", {})
            return
        at = self.town.clock.now() - timedelta(seconds=self.rng.choice((0, 0, 60, 600)))
        event = {"client_id": f"e{len(self.done)}", "at": at.isoformat(), "kind": kind}
        body = {"events": [event | {"job_id": job["job_id"], "reason": "车况不行"}]}
        answer = self._say(kind, code, "POST", "field/events", body)
        result = answer.json()["results"][0]
        if kind in offered:
            assert result["status"] != "rejected", result
        assert result["status"] != "rejected" or (result["code"] and result["text"]), result

    def _shift(self) -> None:
        code = self.rng.choice(CODES)
        state = self.town[code].get("field/jobs").json()["unit"]["state"]
        usual = {"off_shift": "start", "paused": "resume"}.get(state)
        self._change_shift(code, usual or self.rng.choice(("pause", "end")))

    def _change_shift(self, code: str, action: str) -> None:
        body = {"action": action, "client_id": f"s{len(self.done)}{code}", "at": self.town.now}
        self._say(f"shift {action}", code, "POST", "field/shift", body)

    def _place(self) -> None:
        lon, lat = self.rng.choice(_PLACES)
        body = {"positions": [{"at": self.town.now, "lon": lon, "lat": lat}]}
        self._say("place", self.rng.choice(CODES), "POST", "field/positions", body)

    def _contractor(self) -> None:
        for offer in self.town["partner"].get("provider/offers").json()["items"][:1]:
            path, luck = f"provider/offers/{offer['id']}", self.rng.random()
            if offer["state"] == "accepted" and luck < 0.4:
                eta = {"eta_min": self.rng.choice((3, 15, 45))}
                if self.rng.random() < 0.5:
                    self._say("eta", "partner", "POST", f"{path}/eta", eta)
                else:
                    action = f"incidents/{offer['incident_id']}/contractor-eta"
                    self._say("eta by hand", "desk", "POST", action, eta)
            elif offer["state"] != "offered":
                status = "arrived" if offer["state"] == "accepted" else "done"
                self._say(status, "partner", "POST", f"{path}/status", {"status": status})
            elif luck < 0.75:
                eta = {"eta_min": self.rng.choice((5, 20, 60))}
                self._say("accept", "partner", "POST", f"{path}/accept", eta)
            else:
                self._say("reject", "partner", "POST", f"{path}/reject", {"reason": "没车"})

    # ------------------------------------------------------------------------- owners, time

    def _owner(self) -> None:
        if not self.owners:
            return
        key = self.rng.choice(self.owners)
        view = self.town.nobody.get(f"track/{key}").json()
        if view["can_rate"]:
            body = {"stars": self.rng.randint(1, 5), "text": "好"}
            assert self._say("rate", None, "POST", f"track/{key}/rating", body).is_success
        elif self.rng.random() < 0.3:
            body = {"reason": "好了"}
            answer = self._say("owner cancel", None, "POST", f"track/{key}/cancel", body)
            missed = view["stage"] == "failed"  # not offered any more, and no harm
            assert missed or answer.is_success is view["can_cancel"], answer.text

    def _pass_time(self) -> None:
        seconds = self.rng.choice((5, 31, 60, 300, 300, 600, 1800, 3600))
        clock, dispatcher = self.town.clock, self.town.service.dispatcher
        end = clock.now() + timedelta(seconds=seconds)
        self.town.decide()
        while (due := dispatcher.next_due()) is not None and due <= end:
            clock.move_to(max(due, clock.now()))
            self.town.decide()
        clock.move_to(end)
        self.town.decide()
        self.told["time"] += 1


_WEIGHTS = {
    "call": 12, "amend": 5, "merge": 2, "cancel": 1, "solve": 1, "assign": 9, "lock": 4,
    "release": 2, "offer": 5, "acknowledge": 2, "book": 3, "cancel_visit": 1, "move_visit": 2,
    "report_road": 1,
    "change_fleet": 2, "report": 22, "shift": 6, "place": 5, "contractor": 12, "owner": 2,
    "pass_time": 14,
}  # fmt: skip
"""How often each act is chosen."""


def _unit(code: str) -> dict[str, Any]:
    skills, equipment = _KITS[code[0]]
    lon, lat = OLD_TOWN if code.endswith("1") else NEW_TOWN
    unit = {"code": code, "name": code, "kind": _KINDS[code[0]], "lon": lon, "lat": lat, "pin": PIN}
    stock = {"kwh": 30.0, "kwh_capacity": 30.0} if code[0] == "B" else {}
    return unit | {"skills": skills, "equipment": equipment} | stock
