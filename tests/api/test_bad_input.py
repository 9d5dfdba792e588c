"""Bad input is tried, not imagined: a clear 4xx with every fault, and nothing stored."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from api.body import Refused, no_duplicates
from api.local_server import serving
from tests.support.service import HARBOUR, Town, a_call

ON_BOTH_DATABASES = True

LON, LAT = HARBOUR
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def pin(lon: object, lat: object, datum: str = "WGS-84") -> dict[str, Any]:
    return {"location": {"lon": lon, "lat": lat, "datum": datum}}


def vin(text: str) -> dict[str, Any]:
    return {"vehicle": {"vin": text}}


CALLS = {
    "swapped coordinates": (pin(LAT, LON), "/location", "location.swapped"),
    "null island": (pin(0, 0), "/location", "location.zero"),
    "in the sea": (pin(LON, 25.2), "/location", None),
    "on the other side of the earth": (pin(-71.25, -29.9), "/location", None),
    "lat false": (pin(LON, False), "/location/lat", "input.float_type"),
    "lat as text": (pin(LON, "25.36"), "/location/lat", "input.float_type"),
    "lat out of range": (pin(LON, 95), "/location/lat", "location.lat"),
    "no datum": ({"location": {"lon": LON, "lat": LAT}}, "/location/datum", "input.missing"),
    "another datum": (pin(LON, LAT, "ETRS89"), "/location/datum", "input.literal_error"),
    "nowhere": ({"location": {}}, "/location/lon", "input.missing"),
    "an unknown address": (
        {"location": {"address": "xyzzy"}},
        "/location/address",
        None,
    ),
    "VIN with I": (vin("LSVAI2180E2123456"), "/vehicle/vin", None),
    "VIN with O": (vin("LSVAO2180E2123456"), "/vehicle/vin", None),
    "VIN with Q": (vin("LSVAQ2180E2123456"), "/vehicle/vin", None),
    "a short VIN": (vin("LSVA2180"), "/vehicle/vin", None),
    "an impossible plate": ({"vehicle": {"plate": "IO-IO"}}, "/vehicle/plate", None),
    "no telephone number": ({"caller": {"name": "x"}}, "/caller/phone", "input.missing"),
    "a telephone number of letters": ({"caller": {"phone": "abc"}}, "/caller/phone", None),
    "an unknown fault": ({"fault": "boredom"}, "/fault", "input.literal_error"),
    "an unknown member": ({"colour": "red"}, "/colour", "input.extra_forbidden"),
    "truth as text": ({"drivable": "yes"}, "/drivable", "input.bool_type"),
    "truth as number": ({"safe_place": 1}, "/safe_place", "input.bool_type"),
    "an overfull battery": ({"state_of_charge_pct": 101}, "/state_of_charge_pct", None),
    "nobody in the car": ({"n_people": 0}, "/n_people", None),
    "half a person": ({"n_people": 1.5}, "/n_people", None),
    "bought tomorrow": (
        {"vehicle": {"plate": "闽AD11111", "purchased_on": "2026-06-02"}},
        "/vehicle/purchased_on",
        None,
    ),
    "a control character": ({"symptom": "a\u0000b"}, "/symptom", "input.value_error"),
    "a right-to-left mark": ({"symptom": "a\u200fb"}, "/symptom", "input.value_error"),
    "an arabic letter mark": ({"symptom": "a\u061cb"}, "/symptom", "input.value_error"),
    "a hidden direction": ({"symptom": "a\u202eb"}, "/symptom", "input.value_error"),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_bad_call_is_refused_and_leaves_nothing(shared_town: Town, name: str) -> None:
    changes, pointer, code = CALLS[name]
    before = shared_town.n_rows()
    answer = shared_town["hotline"].post("incidents", a_call(1) | changes)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    fault = next(fault for fault in problem["faults"] if fault["pointer"].startswith(pointer))
    assert code in (None, fault["code"])
    assert fault["remedy"]
    missing = fault["code"] in ("input.missing", "input.extra_forbidden")
    named = [fault["pointer"].rpartition("/")[2]] if missing else leaves(changes)
    assert any(value in fault["message"] + fault["pointer"] for value in named), fault
    assert fault["text"]["en"] == f"{fault['message']} {fault['remedy']}"
    zh = fault["text"]["zh"]
    assert CHINESE.search(zh), fault
    assert missing or any(value in zh for value in named), fault
    assert shared_town.n_rows() == before


def leaves(value: object) -> list[str]:
    """Return how the values of a body may be named."""
    if isinstance(value, dict):
        return [text for one in value.values() for text in leaves(one)]
    return [str(value), str(value).replace("-", ""), repr(value)[1:21]]


def test_all_faults_are_answered_together(shared_town: Town) -> None:
    body = a_call(1) | pin(0, 0) | {"fault": 7, "drivable": "no", "vehicle": {"vin": "OIQ"}}
    answer = shared_town["hotline"].post("incidents", body)
    pointers = {fault["pointer"] for fault in answer.json()["faults"]}
    assert {"/location", "/fault", "/drivable", "/vehicle/vin"} <= pointers


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "json.invalid"),
        (b'{"fault": NaN}', "json.number"),
        (b'{"fault": -Infinity}', "json.number"),
        (b'{"fault": "tyre", "fault": "other"}', "json.duplicate"),
        (b'{"a":' * 60 + b"1" + b"}" * 60, "json.depth"),
        (b"[" * 10_000 + b"]" * 10_000, "json.depth"),
        (b'{"symptom": "\\ud800"}', "json.surrogate"),
        (b'{"symptom": "\xff"}', "json.invalid"),
        (b'{"symptom": "\xed\xa0\x80"}', "json.invalid"),
        ('{"symptom": "\\ud800"}'.encode("utf-16"), "json.invalid"),
        ('{"symptom": "\\ud800"}'.encode("utf-16-le"), "json.invalid"),
        (b'{"n_people": ' + b"9" * 5000 + b"}", "json.integer"),
        (b'{"n_people": 9007199254740992}', "json.integer"),
        (b'{"n_people": -9007199254740992}', "json.integer"),
        (b'{"n_people": 1e999}', "json.number"),
    ],
)
def test_json_that_means_nothing_or_two_things(shared_town: Town, body: bytes, code: str) -> None:
    before = shared_town.n_rows()
    answer = shared_town["hotline"].request(
        "POST", "incidents", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert [fault["code"] for fault in answer.json()["faults"]] == [code]
    assert shared_town.n_rows() == before


def test_a_member_given_twice_among_many_is_found_in_one_pass() -> None:
    """Comparing each name with each would let one small body stop the process for minutes."""
    n_compared = 0

    class Name(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal n_compared
            n_compared += 1
            return str.__eq__(self, other)

    names = [Name(n) for n in [*range(2000), 1999]]
    with pytest.raises(Refused, match="'1999' is given twice"):
        no_duplicates([(name, 0) for name in names])
    assert n_compared < 10 * len(names)


@pytest.mark.parametrize(
    "data",
    [
        {"note": "a\0b"}, {"a\0b": 1}, {"deep": [{"note": "\u202ex"}]},
        {"note": "\ud800"}, {"\ud800": 1},
    ],
)  # fmt: skip
def test_what_a_phone_adds_to_a_report_is_text_too(
    shared_town: Town, data: dict[str, object]
) -> None:
    before = shared_town.n_rows()
    event = {"client_id": "x", "at": shared_town.now, "kind": "accepted", "job_id": 1}
    answer = shared_town["R-01"].request(
        "POST",
        "field/events",
        content=json.dumps({"events": [event | {"data": data}]}),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 422, answer.text
    (fault,) = answer.json()["faults"]
    assert fault["code"] in ("input.value_error", "json.surrogate")
    assert fault["remedy"]
    assert shared_town.n_rows() == before


def test_a_body_that_is_no_json(shared_town: Town) -> None:
    answer = shared_town["hotline"].request("POST", "incidents", content=b"hello")
    assert answer.status_code == 422
    (fault,) = answer.json()["faults"]
    assert (fault["code"], "Content-Type" in fault["remedy"]) == ("json.undeclared", True)
    assert "hello" not in answer.text


def test_ten_megabytes(shared_town: Town) -> None:
    before = shared_town.n_rows()
    body = json.dumps(a_call(1) | {"symptom": "x" * 10_000_000}).encode()
    answer = shared_town["hotline"].request(
        "POST", "incidents", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert shared_town.n_rows() == before


def test_ten_megabytes_in_chunks(shared_town: Town) -> None:
    sent = 0

    async def chunks() -> Any:
        nonlocal sent
        for _ in range(1600):
            sent += 1
            yield b"x" * 65_536

    answer = shared_town["hotline"].request(
        "POST", "incidents", content=chunks(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert 160 < sent < 300  # ten megabytes are thrown away, a hundred are never taken


def test_who_sends_ten_megabytes_gets_the_answer_over_a_real_connection(shared_town: Town) -> None:
    """A connection that breaks while the client still sends would hide the reason."""
    before = shared_town.n_rows()
    body = b'{"symptom":"' + b"x" * 10_000_000 + b'"}'
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {shared_town['hotline'].token}",
    }
    with serving(shared_town.service) as url, httpx.Client(base_url=url) as client:
        for content in (body, iter([body])):  # with its length, and in chunks
            answer = client.post("/api/v1/incidents", content=content, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
            assert answer.json()["remedy"]
        assert CHINESE.search(answer.json()["text"]["zh"])
    assert shared_town.n_rows() == before


def test_integers_beyond_the_database(shared_town: Town) -> None:
    for path in (f"incidents/{2**31}", f"incidents/{2**53 + 1}", "incidents/0", "incidents/x"):
        assert shared_town["desk"].get(path).status_code == 422


def test_what_is_not_there(shared_town: Town) -> None:
    assert shared_town["desk"].get("incidents/999999").json()["code"] == "not_found"
    for path, status in (("nothing", 404), ("login", 405)):
        answer = shared_town["desk"].get(path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["remedy"]
        assert CHINESE.search(answer.json()["text"]["zh"])
    assert "POST" in shared_town["desk"].get("login").headers["allow"]


def test_a_parameter_that_means_nothing_is_named_with_its_value(shared_town: Town) -> None:
    before = shared_town.n_rows()
    for path, value in (
        ("incidents?state=ajar", "ajar"),
        ("incidents?limit=99999", "99999"),
        ("incidents/abc", "abc"),
        (f"incidents/{2**53 + 1}", "9007199254740993"),
        ("events/log?after=-1", "-1"),
        ("reverse?lon=200&lat=25", "200"),
        ("reverse?lon=nan&lat=25", "nan"),
        ("appointments?day=tomorrow", "tomorrow"),
    ):
        answer = shared_town["desk"].get(path)
        assert answer.status_code == 422, (path, answer.text)
        (fault,) = answer.json()["faults"]
        assert value in fault["message"], (path, fault)
        assert fault["remedy"], (path, fault)
        assert CHINESE.search(fault["text"]["zh"]), (path, fault)
    assert shared_town.n_rows() == before


def test_a_link_opens_its_own_incident_only(shared_town: Town) -> None:
    """One incident's link says and does nothing about another one."""
    mine, other = shared_town.call(), shared_town.call()
    key = mine["track_url"].rpartition("/")[2]
    before = shared_town.n_rows()
    for path in (
        f"track/{other['id']}", f"track/{key}x", f"track/{key[:-1]}", f"track/{other['number']}"
    ):  # fmt: skip
        answer = shared_town.nobody.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert answer.json()["remedy"]
        assert CHINESE.search(answer.json()["text"]["zh"])
    for path in ("incidents", f"incidents/{other['id']}", "events/log", "plan"):
        assert shared_town.nobody.with_token(key).get(path).status_code == 401
    extra = {"reason": "x", "incident_id": other["id"]}
    assert shared_town.nobody.post(f"track/{key}/cancel", extra).status_code == 422
    assert shared_town.n_rows() == before
    cancelled = shared_town.nobody.post(f"track/{key}/cancel", {"reason": "x"})
    assert cancelled.json()["number"] == mine["number"]
    assert shared_town["desk"].get(f"incidents/{other['id']}").json()["state"] != "closed"


def test_an_appointment_with_faults_of_both_sorts(shared_town: Town) -> None:
    before = shared_town.n_rows()
    body = {
        "kind": "installation",
        "window": {"start_at": "2026-05-01T04:00:00Z", "end_at": "2026-05-01T06:00:00Z"},
        "caller": {"phone": "13812340001"},
        "location": {"lon": LON, "lat": LAT, "datum": "WGS-84"},
        "duration_s": True,
    }
    answer = shared_town["hotline"].post("appointments", body)
    assert answer.status_code == 422
    pointers = {fault["pointer"] for fault in answer.json()["faults"]}
    assert pointers == {"/window", "/duration_s"}
    assert shared_town.n_rows() == before


def test_times_need_an_offset_and_a_year_of_ours(shared_town: Town) -> None:
    for at in ("2026-06-01T04:00:00", "0001-01-01T00:00:00Z", 1780286400, "yesterday", None):
        body = {"action": "start", "client_id": "x", "at": at}
        answer = shared_town["R-01"].post("field/shift", body)
        assert answer.status_code == 422, at
        assert answer.json()["faults"][0]["pointer"] == "/at"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_that_no_clock_reaches_is_refused_with_a_remedy(town: Town, day: str) -> None:
    answer = town["hotline"].get("appointments", params={"day": day})
    assert answer.status_code == 422
    (fault,) = answer.json()["faults"]
    assert (fault["pointer"], fault["code"]) == ("/day", "day.range")
