"""Every fault that a page may show is said in Chinese where it is raised."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from kernel import errors
from kernel.errors import Fault, RoadflareError

ROOT = Path(__file__).parents[1]
LAYERS = ("kernel", "geo_data", "routing", "fleet", "sla", "dispatch", "field_app", "api")

ENGLISH_ONLY = {
    "api/backups.py": "command line",
    "api/commands/": "command line",
    "api/scene.py": "pictures of the pages",
    "api/screenshots.py": "pictures of the pages",
    "api/service.py": "start of the service",
    "dispatch/core/": "planners' files",
    "dispatch/explain_commands.py": "command line",
    "dispatch/params.py": "start of the service",
    "dispatch/problem_file.py": "planners' files",
    "dispatch/solve_commands.py": "command line",
    "dispatch/visit_commands.py": "command line",
    "dispatch/visit_file.py": "planners' files",
    "dispatch/visits.py": "planners' files",
    "geo_data/city": "import of a city",
    "geo_data/commands.py": "command line",
    "geo_data/demo_city.py": "import of a city",
    "geo_data/osm_file.py": "import of a city",
    "geo_data/place.py": "import of a city",
    "kernel/database.py": "start of the service",
    "routing/bound_times.py": "called by programs",
    "routing/commands.py": "command line",
    "routing/eta.py": "called by programs",
    "routing/phantoms.py": "called by programs",
    "routing/questions.py": "called by programs",
    "routing/slices.py": "start of the service",
    "routing/speeds.py": "start of the service",
    "routing/speeds_file.py": "start of the service",
    "routing/turn_costs.py": "start of the service",
    "routing/weights.py": "called by programs",
}
"""Modules whose faults no page meets, and who does; a new module is held."""

BROKEN = {"BadData", "DatabaseInUse"}
"""The installation itself is at fault: pages are told so in one sentence for all of them."""

RAISED = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, RoadflareError | Fault)
} - BROKEN
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@cache
def calls() -> tuple[tuple[str, ast.Call], ...]:
    """Return every call of the product with its module."""
    return tuple(
        (name, node)
        for layer in LAYERS
        for path in sorted((ROOT / layer).rglob("*.py"))
        if "node_modules" not in (name := path.relative_to(ROOT).as_posix())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    )


def faults() -> list[tuple[str, ast.Call]]:
    """Return the calls that make a fault or an error, outside of the tree itself."""
    return [
        (name, call)
        for name, call in calls()
        if made_by(call) in RAISED and name != "kernel/errors.py"
    ]


def made_by(call: ast.Call) -> str:
    """Return the class that a call makes: ``Fault(...)``, ``errors.Fault(...)``, or ``.one``."""
    called = call.func
    if isinstance(called, ast.Attribute) and called.attr == "one":
        called = called.value
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def zh_of(call: ast.Call) -> ast.expr | None:
    """Return the Chinese of a fault, by name or as the fifth of its arguments."""
    for keyword in call.keywords:
        if keyword.arg == "zh":
            return keyword.value
    is_fault = made_by(call) == "Fault" or isinstance(call.func, ast.Attribute)
    return call.args[4] if is_fault and len(call.args) > 4 else None


def is_gathering(call: ast.Call) -> bool:
    """Return whether it is made of faults that were made elsewhere: ``InvalidInput(faults)``."""
    return made_by(call) == "InvalidInput" and isinstance(call.func, ast.Name)


def held() -> list[tuple[str, ast.Call]]:
    return [
        (name, call)
        for name, call in faults()
        if not is_gathering(call) and not name.startswith(tuple(ENGLISH_ONLY))
    ]


def test_every_fault_of_a_page_is_said_in_chinese() -> None:
    unsaid = [f"{name}:{call.lineno}" for name, call in held() if zh_of(call) is None]
    assert not unsaid, "give each of them zh=, what is wrong and what to do"


def test_what_is_written_for_people_is_chinese_and_ends_like_a_sentence() -> None:
    for name, call in held():
        said = zh_of(call)
        if isinstance(said, ast.Constant | ast.JoinedStr):
            text = ast.unparse(said)
            assert CHINESE.search(text), f"{name}:{call.lineno}: {text}"
            assert text.rstrip("'\"")[-1] in "。？}", f"{name}:{call.lineno}: {text}"


def test_what_the_shape_of_an_input_is_refused_for_is_said_in_chinese_too() -> None:
    wire = ("field_app/", "api/models/")
    bare = [
        f"{name}:{call.lineno}"
        for name, call in calls()
        if name.startswith(wire) and made_by(call) == "ValueError"
    ]
    assert not bare, "raise field_app.wire.Unfit, which has both languages"


@pytest.mark.parametrize("prefix", ENGLISH_ONLY)
def test_no_exception_is_made_for_what_raises_nothing(prefix: str) -> None:
    assert any(name.startswith(prefix) for name, _ in faults())


def test_a_fault_without_chinese_is_found() -> None:
    [call] = [
        node
        for node in ast.walk(ast.parse('Conflict("The offer has run out.", remedy="Wait.")'))
        if isinstance(node, ast.Call)
    ]
    assert made_by(call) in RAISED
    assert zh_of(call) is None
