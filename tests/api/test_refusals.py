"""What a control room, a technician and an owner are refused is said in both languages."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.service import Town

ON_BOTH_DATABASES = True


def said(answer: httpx.Response, status: int) -> dict[str, str]:
    """Return the text of a refusal."""
    assert answer.status_code == status, answer.text
    text: dict[str, str] = answer.json()["text"]
    return text


def assigned(town: Town, incident: dict[str, Any], code: str, **more: Any) -> httpx.Response:
    version = town["desk"].get("plan").json()["version"]
    unit = town[code].get("me").json()["unit_id"]
    wish = {"unit_id": unit, "plan_version": version} | more
    return town["desk"].post(f"incidents/{incident['id']}/assign", wish)


def test_a_unit_that_cannot_go(town: Town) -> None:
    town.start_shifts("R-01")
    incident = town.call(fault="tyre")
    town.decide()
    assert said(assigned(town, incident, "T-01"), 409) == {
        "zh": "T-01 当前为“未出勤”，请选择在班车辆。",
        "en": "T-01 is off_shift. Choose a unit that is on duty.",
    }
    assert said(assigned(town, incident, "R-01", option="fly"), 404)["zh"].startswith(
        "没有服务方式“fly”。可选："
    )


def test_what_a_unit_lacks_is_named(town: Town) -> None:
    town.start_shifts()
    incident = town.call(fault="tyre")
    town.decide()
    answer = assigned(town, incident, "T-01", option=incident["triage"]["options"][0]["name"])
    text = said(answer, 422)
    assert text["zh"].startswith("T-01 缺少：")
    assert text["zh"] == answer.json()["faults"][0]["text"]["zh"]
    assert text["en"].startswith("T-01 lacks ")


def test_an_incident_that_is_over(town: Town) -> None:
    incident = town.call()
    path = f"incidents/{incident['id']}/cancel"
    assert said(town["desk"].post(path, {"reason": " "}), 422)["zh"]
    town["desk"].post(path, {"reason": "not needed"})
    number = incident["number"]
    assert said(town["desk"].post(path, {"reason": "again"}), 409) == {
        "zh": f"{number} 已结束（调度取消），请刷新后查看。",
        "en": f"{number} is closed already (cancelled_by_dispatcher). Read it again.",
    }


def test_a_shift_that_does_not_fit(town: Town) -> None:
    town.start_shifts("R-01")
    body = {"action": "resume", "client_id": "x", "at": town.now}
    assert said(town["R-01"].post("field/shift", body), 409)["zh"] == (
        "车辆 R-01 当前为“待命”，不能恢复工作。此时可以：出发、休息、结束班次。"
    )


def test_who_may_not_is_told_who_may(town: Town) -> None:
    assert said(town["R-01"].get("plan"), 403)["zh"].startswith(
        "技师账号无权进行此操作，请联系调度员"
    )


def test_a_link_that_has_ended(town: Town) -> None:
    assert said(town.nobody.get("track/0123456789abcdefghijkl"), 404)["zh"] == (
        "此链接已失效，请向热线索取新链接。"
    )


NOWHERE: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("desk", "GET", "incidents/999", {}),
    ("desk", "GET", "incidents/999/candidates", {}),
    ("desk", "GET", "incidents/999/contractors", {}),
    ("desk", "POST", "incidents/999/cancel", {"reason": "reported twice"}),
    ("desk", "GET", "units/999/route", {}),
    ("desk", "POST", "appointments/999/cancel", {"reason": "reported twice"}),
    ("desk", "POST", "alarms/999/acknowledge", {}),
    ("desk", "POST", "road-reports/999/clear", {}),
    ("partner", "POST", "provider/offers/999/reject", {"reason": "no truck"}),
    ("admin", "POST", "users/999/disable", {}),
    ("admin", "GET", "webhooks/999/deliveries", {}),
    ("desk", "GET", "nowhere", {}),
)


@pytest.mark.parametrize(("who", "method", "path", "body"), NOWHERE)
def test_what_is_not_there_comes_with_a_remedy(
    town: Town, who: str, method: str, path: str, body: dict[str, Any]
) -> None:
    answer = town[who].request(method, path, **({"json": body} if method == "POST" else {}))
    text, remedy = said(answer, 404), answer.json()["remedy"]
    assert remedy
    assert text["en"].endswith(remedy)
    assert "请" in text["zh"]
