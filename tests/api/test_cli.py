"""The command line as a person meets it: in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from api.cli import CONTENTS, offered
from api.document import FILE, openapi_text

ROOT = Path(__file__).resolve().parents[2]


def roadflare(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from api.cli import main; main()", *arguments],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


def test_help_is_a_table_of_contents() -> None:
    done = roadflare("--help")
    assert done.returncode == 0
    for name in offered():
        panel, line = CONTENTS[name]  # a command without a line is not to be listed
        assert panel in done.stdout
        assert line.split()[0] in done.stdout


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom api.cli import app\n"
        "try: app(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'numpy', 'fastapi', 'sqlalchemy', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", sorted(offered()))
def test_every_command_is_there_and_knows_json(name: str) -> None:
    found = offered()[name].load()
    command = get_command(found)
    groups = getattr(command, "commands", {None: command})
    for child in groups.values():
        options = {option for param in child.params for option in param.opts}
        assert "--json" in options, f"{name} {child.name}"
    assert CliRunner().invoke(found, ["--help"]).exit_code == 0


def test_an_unknown_city_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/x.sqlite"
    for more in ((), ("--json",)):
        done = roadflare(
            "serve", "--city", "atlantis", "--database", database,
            "--data-dir", str(tmp_path), "--port", "0", *more,
        )  # fmt: skip
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert "atlantis" in done.stderr
    assert json.loads(done.stderr)["error"]["remedy"].startswith("Known:")


def test_users_tokens_and_the_schema(tmp_path: Path) -> None:
    where = ("--database", f"sqlite:///{tmp_path}/x.sqlite", "--json")
    assert json.loads(roadflare("migrate", *where).stdout)["after"] == "0004"
    added = roadflare("user", "add", "eva", "--role", "dispatcher", *where, stdin="s3cret\n")
    assert json.loads(added.stdout)["user"] == "eva"
    listed = json.loads(roadflare("user", "list", *where).stdout)
    assert [(user["user"], user["role"]) for user in listed] == [("eva", "dispatcher")]
    issued = json.loads(roadflare("token", "--role", "planner", *where).stdout)
    assert len(issued["token"]) > 40
    wrong = roadflare("token", "--role", "king", *where)
    assert wrong.returncode == 2
    assert json.loads(wrong.stderr)["error"]["faults"][0]["code"] == "role.unknown"
    assert json.loads(roadflare("migrate", "base", "--back", *where).stdout)["after"] is None


def test_the_openapi_document_in_the_repository_is_the_programs() -> None:
    assert FILE.read_text(encoding="utf-8") == openapi_text(), (
        "The document has drifted. Remedy: ./run roadflare openapi api/web/openapi.json"
    )


def test_the_openapi_document_is_3_1_and_names_its_problems() -> None:
    document = json.loads(openapi_text())
    assert document["openapi"].startswith("3.1")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            problem = operation["responses"]["4XX"]["content"]["application/problem+json"]
            assert problem["schema"]["$ref"].endswith("/Problem"), f"{method} {path}"
