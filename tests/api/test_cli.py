"""The command line as a person meets it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from api import schema
from api.cli import CONTENTS, main, offered
from api.document import FILE, openapi_text

ROOT = Path(__file__).resolve().parents[2]


Roadflare = Callable[..., tuple[int, str, str]]


@pytest.fixture
def roadflare(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Roadflare:
    """Run the command line in this process; return exit code, output and errors."""

    def run(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["roadflare", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        code = ended.value.code
        return code if isinstance(code, int) else 0, said.out, said.err

    return run


def test_help_is_a_table_of_contents(roadflare: Roadflare) -> None:
    code, output, _ = roadflare("--help")
    assert code == 0
    for name in offered():
        panel, line = CONTENTS[name]  # a command without a line is not to be listed
        assert panel in output
        assert line.split()[0] in output


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
    helped = CliRunner().invoke(found, ["--help"])
    assert helped.exit_code == 0
    assert "completion" not in helped.output  # it would complete one command, not the product


def test_an_unknown_city_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    """In a process of its own: what a person sees, and that nothing else is said."""
    arguments = ["--city", "atlantis", "--database", f"sqlite:///{tmp_path}/x.sqlite"]
    arguments += ["--data-dir", str(tmp_path), "--port", "0"]
    done = subprocess.run(
        [sys.executable, "-c", "from api.cli import main; main()", "serve", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "roadflare: There is no city 'atlantis'. Known: demo, town.\n"


def test_users_tokens_and_the_schema(roadflare: Roadflare, tmp_path: Path) -> None:
    where = ("--database", f"sqlite:///{tmp_path}/x.sqlite", "--json")
    assert json.loads(roadflare("migrate", *where)[1])["after"] == schema.head()
    added = roadflare("user", "add", "eva", "--role", "dispatcher", *where, stdin="s3cret\n")
    assert json.loads(added[1])["user"] == "eva"
    listed = json.loads(roadflare("user", "list", *where)[1])
    assert [(user["user"], user["role"]) for user in listed] == [("eva", "dispatcher")]
    issued = json.loads(roadflare("token", "--role", "planner", *where)[1])
    assert len(issued["token"]) > 40
    assert json.loads(roadflare("migrate", "base", "--back", *where)[1])["after"] is None


def test_an_error_is_told_to_people_or_to_machines(roadflare: Roadflare, tmp_path: Path) -> None:
    where = ("--database", f"sqlite:///{tmp_path}/x.sqlite")
    code, output, errors = roadflare("token", "--role", "king", *where)
    assert (code, output) == (2, "")
    assert errors.startswith("roadflare: /role: 'king' is no role. Give call_taker,")
    _, _, errors = roadflare("token", "--role", "king", *where, "--json")
    assert json.loads(errors)["error"]["faults"][0]["code"] == "role.unknown"


@pytest.mark.parametrize(
    "command", ["audit verify", "person verify", "report", "report --city nowhere"]
)
def test_a_database_that_is_not_there_is_one_line_and_makes_no_file(
    roadflare: Roadflare, tmp_path: Path, command: str
) -> None:
    code, _, errors = roadflare(*command.split(), "--data-dir", str(tmp_path / "none"))
    assert code == 2
    assert errors.startswith("roadflare: There is no database '")
    assert errors.count("\n") == 1
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("command", ["audit verify", "report", "token --role planner", "backup x"])
def test_what_is_no_address_of_a_database_is_said_without_repeating_it(
    roadflare: Roadflare, command: str
) -> None:
    code, _, errors = roadflare(*command.split(), "--database", "me:secret at home")
    assert code == 2
    assert errors == (
        "roadflare: /database: This is no address of a database. "
        "Give sqlite:///FILE or postgresql://HOST/NAME.\n"
    )


def test_a_file_that_cannot_be_written_is_one_line(roadflare: Roadflare, tmp_path: Path) -> None:
    code, _, errors = roadflare("openapi", str(tmp_path / "no" / "x.json"))
    assert code == 1
    assert errors.startswith(f"roadflare: '{tmp_path}/no/x.json' cannot be used: No such file")


@pytest.mark.parametrize("command", ["audit verify", "person verify", "report", "migrate"])
def test_a_database_out_of_reach_is_one_line_with_the_remedy(
    roadflare: Roadflare, command: str
) -> None:
    url = "postgresql://me:secret@127.0.0.1:1/x"
    code, _, errors = roadflare(*command.split(), "--database", url)
    assert code == 1
    assert errors.startswith("roadflare: The database cannot be opened: connection")
    assert errors.endswith("--database, or --data-dir.\n")
    assert errors.count("\n") == 1
    assert "secret" not in errors


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
