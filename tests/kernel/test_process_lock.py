"""A second process is refused, and told who holds the file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kernel.errors import DatabaseInUse
from kernel.process_lock import ProcessLock


def test_second_holder_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    first = ProcessLock(tmp_path / "a.sqlite")
    with pytest.raises(DatabaseInUse, match=str(os.getpid())):
        ProcessLock(tmp_path / "a.sqlite")
    first.close()
    ProcessLock(tmp_path / "a.sqlite").close()


def test_death_frees_the_lock(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from kernel.process_lock import ProcessLock;"
        "lock = ProcessLock(Path(sys.argv[1])); os._exit(9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.sqlite")], check=False, timeout=60
    )
    assert done.returncode == 9
    ProcessLock(tmp_path / "a.sqlite").close()
