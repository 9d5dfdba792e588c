"""The front ends' own tests, which run in Node.js."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.missing import missing

ROOT = Path(__file__).parent.parent


@pytest.mark.timeout(300)
def test_the_front_ends_pass_their_own_tests() -> None:
    path = os.pathsep.join([str(ROOT / ".cache" / "node" / "path"), os.environ["PATH"]])
    npm = shutil.which("npm", path=path)
    if npm is None or not (ROOT / "node_modules").is_dir():
        missing("Node.js with the web packages", "./run test")
    result = subprocess.run(
        [npm, "test"],
        check=False,
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
