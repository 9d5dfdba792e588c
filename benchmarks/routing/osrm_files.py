"""OSRM's programs and its prepared data, made once under .cache/osrm."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.provenance import ROOT
from kernel.errors import BadData, NotFound

WHEELS = ROOT / ".cache" / "wheels"
FOLDER = ROOT / ".cache" / "osrm"
_PARTS = ("osrm/bin/", "osrm/share/profiles/")


def programs() -> Path:
    """Return the folder with ``bin`` and ``share/profiles``, unpacked from the wheel.

    Raises
    ------
    NotFound
        When the wheel is not there.
    """
    wheel = next(WHEELS.glob("osrm_bindings-*.whl"), None)
    if wheel is None:
        raise NotFound(
            "file", str(WHEELS / "osrm_bindings-*.whl"), remedy="Start by `./run bench`."
        )
    folder = FOLDER / wheel.name.split("-")[1]
    if not (folder / "osrm").is_dir():
        partial = FOLDER / f"new-{os.getpid()}"
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name.startswith(_PARTS):
                    archive.extract(name, partial)
        for program in (partial / "osrm" / "bin").iterdir():
            program.chmod(0o755)
        partial.rename(folder)
    return folder / "osrm"


def prepared(extract: Path, content_hash: str) -> tuple[Path, dict[str, Any]]:
    """Return the base path of the contracted data of an extract, and how long making it took.

    One thread, the car profile as it comes. Data already there are used, with the times that were
    measured when they were made.

    Raises
    ------
    BadData
        When OSRM cannot read the extract.
    """
    home = programs()
    folder = FOLDER / f"{home.parent.name}-{content_hash[:16]}"
    facts = folder / "made.json"
    if not facts.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        base = folder / "roads.osrm"
        profile = home / "share" / "profiles" / "car.lua"
        extract_s = _run(
            home / "bin" / "osrm-extract", "-t", "1", "-p", profile, "-o", base, extract.resolve()
        )
        contract_s = _run(home / "bin" / "osrm-contract", "-t", "1", base)
        made = {"extract_s": round(extract_s, 2), "contract_s": round(contract_s, 2)}
        facts.write_text(json.dumps(made), encoding="utf-8")
    return folder / "roads.osrm", json.loads(facts.read_text(encoding="utf-8"))


def _run(program: Path, *arguments: object) -> float:
    begin = perf_counter()
    done = subprocess.run(  # noqa: S603
        [str(program), *map(str, arguments)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise BadData(f"{program.name} failed: {said[-1] if said else done.returncode}.")
    return perf_counter() - begin
