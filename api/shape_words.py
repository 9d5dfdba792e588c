"""What pydantic finds wrong with the shape of an input, in Chinese; it speaks English only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from field_app.wire import Unfit

OTHER_ZH = "格式不正确，请按接口文档填写。"

_ZH = {
    "missing": "此项必填，请补充。",
    "extra_forbidden": "不认识此项，请去掉，或检查拼写。",
    "float_type": "应为数字。",
    "float_parsing": "应为数字。",
    "finite_number": "应为有限的数字。",
    "int_type": "应为整数。",
    "int_parsing": "应为整数。",
    "int_from_float": "应为整数。",
    "bool_type": "应为是或否。",
    "string_type": "应为文字。",
    "string_too_short": "至少 {min_length} 个字。",
    "string_too_long": "最多 {max_length} 个字，请缩短。",
    "literal_error": "请从 {expected} 中选择。",
    "greater_than": "须大于 {gt}。",
    "greater_than_equal": "不能小于 {ge}。",
    "less_than": "须小于 {lt}。",
    "less_than_equal": "不能大于 {le}。",
    "too_short": "至少 {min_length} 项。",
    "too_long": "最多 {max_length} 项。",
    "timezone_aware": "缺少时区，请加 Z 或 +08:00 之类的时差。",
}
"""By the type of pydantic's error; the values are of its context."""


def shape_zh(kind: str, found: Mapping[str, Any]) -> str:
    """Return what is wrong and what to give instead.

    Parameters
    ----------
    kind, found
        ``type`` and ``ctx`` of one of pydantic's errors.
    """
    raised = found.get("error")
    if isinstance(raised, Unfit):
        return raised.zh
    return _ZH.get(kind, OTHER_ZH).format(**found)
