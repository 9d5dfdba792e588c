"""Every error as RFC 9457 problem details; the one table from error to HTTP status."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from api.faults import check_of, together
from api.shape_words import OTHER_ZH, shape_zh
from kernel import errors
from kernel.errors import Fault, InvalidInput, RoadflareError
from kernel.words import Words

MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[RoadflareError], tuple[int, str]] = {
    errors.InvalidInput: (422, "The input is not valid"),
    errors.NotAuthenticated: (401, "Not logged in"),
    errors.NotAllowed: (403, "Not allowed"),
    errors.TooManyRequests: (429, "Too many requests"),
    errors.ReadFirst: (428, "Read it first"),
    errors.NotFound: (404, "Not found"),
    errors.StalePlan: (409, "The plan has moved on"),
    errors.ChangedMeanwhile: (412, "Somebody else has changed it"),
    errors.JobTaken: (409, "Already taken"),
    errors.TooLate: (409, "Too late"),
    errors.IllegalTransition: (409, "Not possible in this state"),
    errors.DatabaseInUse: (503, "The database is in use"),
    errors.Conflict: (409, "The world has moved on"),
    errors.RoutingError: (422, "No way by road"),
    errors.BadData: (500, "The service's own data is broken"),
    errors.ExternalServiceError: (503, "Something outside did not answer"),
    errors.RoadflareError: (500, "Internal error"),
}
"""First match along an error's classes wins."""

_HTTP = {
    400: (
        "bad_request",
        "Bad request",
        "Send JSON as the OpenAPI document says.",
        "请求有误，请刷新页面后重试。",
    ),
    401: (
        "not_authenticated",
        "Not logged in",
        "Log in with POST /api/v1/login.",
        "尚未登录，请先登录。",
    ),
    403: ("not_allowed", "Not allowed", "", "当前账号无权进行此操作。"),
    404: (
        "no_such_address",
        "Not found",
        "See /api/v1/openapi.json for what there is.",
        "服务器上没有此内容，请刷新页面后重试。",
    ),
    405: (
        "method_not_allowed",
        "Method not allowed",
        "See the Allow header.",
        "不支持此操作，请刷新页面后重试。",
    ),
    413: (
        "too_large",
        "Too large",
        "Send less than 1 MB; split batches.",
        "内容超过 1 MB，请减少后分批发送。",
    ),
    416: ("range_not_satisfiable", "No such range", "", "没有所要的部分，请刷新页面后重试。"),
}
_BROKEN = "Something in the service is broken; nothing was stored."
_BROKEN_REMEDY = "Try again; if it stays, tell the operator."
_BROKEN_ZH = {
    500: "系统内部出错，未保存任何内容。请重试；如仍出错，请联系管理员。",
    503: "系统所依赖的服务没有应答，请稍后重试；如仍出错，请联系管理员。",
}
"""Of errors that were not written for people on duty, by status."""

_REMEDIES = {
    "missing": "Add it.",
    "extra_forbidden": "Leave it out, or check its spelling in the OpenAPI document.",
    "float_type": "Give a JSON number, without quotes.",
    "int_type": "Give a whole JSON number, without quotes.",
    "bool_type": "Give true or false, without quotes.",
    "string_type": "Give a JSON text.",
    "literal_error": "Give one of the values of the OpenAPI document.",
    "timezone_aware": "Add Z or an offset such as +08:00.",
    "value_error": "Write it as the message says.",
}
_REMEDY = "Give what the OpenAPI document describes: /api/v1/openapi.json."

_LOCATION_TAGS = ("pin", "address", "motorway")
_SECRET = ("secret", "phone", "refresh_token")
_SHOWN = 80

_log = structlog.get_logger("api")


def status_of(error: RoadflareError) -> tuple[int, str]:
    """Return the HTTP status and the title of an error of the tree."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    raise AssertionError("the root of the tree is in the table")


def problem_body(
    status: int,
    title: str,
    code: str,
    detail: str,
    remedy: str = "",
    faults: Iterable[Fault] = (),
    *,
    text: Words,
) -> dict[str, Any]:
    """Return the JSON object of one problem (`api.models.problem.Problem`)."""
    return {
        "type": f"tag:roadflare,2026:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "remedy": remedy,
        "text": text.as_dict(),
        "faults": [
            {
                "pointer": fault.pointer,
                "code": fault.code,
                "message": fault.message,
                "remedy": fault.remedy,
                "text": fault.text.as_dict(),
            }
            for fault in faults
        ],
    }


def problem_response(body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Return the HTTP response of one problem."""
    # Input is quoted in messages, and it may hold lone surrogates: escape them.
    return Response(
        json.dumps(body, ensure_ascii=True),
        status_code=body["status"],
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def problem_of(error: RoadflareError) -> Response:
    """Return the response for an error of the tree."""
    status, title = status_of(error)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if isinstance(error, errors.TooManyRequests):
        headers["Retry-After"] = str(max(1, math.ceil(error.wait_s)))
    faults = error.faults if isinstance(error, InvalidInput) else ()
    detail = (
        f"{len(faults)} fault{'' if len(faults) == 1 else 's'} in the input."
        if faults
        else error.message
    )
    text = error.text
    if status >= 500 and not error.zh:
        text = Words(zh=_BROKEN_ZH[status], en=text.en)
    return problem_response(
        problem_body(status, title, error.code, detail, error.remedy, faults, text=text), headers
    )


def faults_of(found: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Return pydantic's errors as faults with JSON pointers."""
    return [_fault_of(one) for one in found]


def _fault_of(one: Mapping[str, Any]) -> Fault:
    place, *path = one["loc"]
    kind = str(one["type"])
    message = str(one["msg"]).removeprefix("Value error, ")
    if kind == "json_invalid":
        reason = (one.get("ctx") or {}).get("error", "broken")
        return Fault(
            "", "json.invalid", f"The body is not JSON: {reason}.", "Send valid JSON.", OTHER_ZH
        )
    if isinstance(one.get("input"), bytes):
        what = "The body is not declared as JSON."
        return Fault("", "json.undeclared", what, "Send Content-Type: application/json.", OTHER_ZH)
    zh = shape_zh(kind, one.get("ctx") or {})
    if place != "body":
        name = ".".join(map(str, path))
        zh = f"参数 {name}：{zh}"
        shown = "" if kind == "missing" or place == "header" else f", not {_shown(one['input'])}"
        message, path = f"{place} parameter {name}: {message}{shown}", []
    elif kind not in ("missing", "extra_forbidden") and not _is_secret(path):
        message = f"{message}, not {_shown(one.get('input'))}"
        zh = f"{_shown(one.get('input'))} 不符合要求：{zh}"
    remedy = _REMEDIES.get(kind, _REMEDY)
    return Fault(_pointer(path), f"input.{kind}", f"{message}.", remedy, zh)


def _pointer(path: Sequence[Any]) -> str:
    """Return the JSON pointer (RFC 6901), without the tags that pydantic adds to unions."""
    steps: list[str] = []
    for index, step in enumerate(path):
        if index and path[index - 1] == "location" and step in _LOCATION_TAGS:
            continue
        steps.append(str(step).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{step}" for step in steps)


def _is_secret(path: Sequence[Any]) -> bool:
    return any(step in _SECRET for step in path)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def install_problems(app: FastAPI) -> None:
    """Make ``app`` answer every error with problem details."""

    def of_tree(_request: Request, error: Exception) -> Response:
        response = problem_of(cast(RoadflareError, error))
        if response.status_code >= 500:
            _log.error("request failed", detail=str(error))
        return response

    def of_validation(request: Request, error: Exception) -> Response:
        found = cast(RequestValidationError, error)
        shape = faults_of(found.errors())
        return problem_of(InvalidInput(together(shape, _meaning_faults(request, found.body))))

    def of_http(_request: Request, error: Exception) -> Response:
        bare = cast(HTTPException, error)
        return http_problem(bare.status_code, bare.detail, bare.headers)

    def of_surprise(_request: Request, _error: Exception) -> Response:
        return problem_response(
            problem_body(
                500,
                "Internal error",
                "internal",
                _BROKEN,
                _BROKEN_REMEDY,
                text=Words(zh=_BROKEN_ZH[500], en=f"{_BROKEN} {_BROKEN_REMEDY}"),
            )
        )

    def of_database(_request: Request, error: Exception) -> Response:
        _log.error("database failed", reason=str(error).splitlines()[0])
        body = problem_body(
            503,
            "The database does not answer",
            "database_unavailable",
            what := "The database cannot be reached, is full, or is busy; "
            "nothing was stored for certain.",
            remedy := "Send it again with the same Idempotency-Key.",
            text=Words(
                zh="数据库暂时没有应答，不确定是否已保存。请稍后再提交一次。", en=f"{what} {remedy}"
            ),
        )
        return problem_response(body, {"Retry-After": "2"})

    for failure in (OperationalError, InterfaceError, PoolTimeout):
        app.add_exception_handler(failure, of_database)
    app.add_exception_handler(RoadflareError, of_tree)
    app.add_exception_handler(RequestValidationError, of_validation)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(Exception, of_surprise)


def _meaning_faults(request: Request, body: Any) -> Sequence[Fault]:
    check = check_of(getattr(request.scope.get("route"), "endpoint", None))
    if check is None or not isinstance(body, Mapping):
        return ()
    return check(request.app.state.runtime, body)


def http_problem(
    status: int, detail: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Return the problem for a bare HTTP status."""
    unknown = (f"http_{status}", "Not done", "", f"操作未完成（HTTP {status}）。")
    code, title, remedy, zh = _HTTP.get(status, unknown)
    what = f"{detail or title}.".replace("..", ".")
    text = Words(zh=zh, en=f"{what} {remedy}".strip())
    return problem_response(problem_body(status, title, code, what, remedy, text=text), headers)
