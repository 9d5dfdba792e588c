"""What the server has promised, written down by those it promised it to."""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Literal

Kind = Literal["created", "assigned", "cancelled", "reported", "position"]


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One answer of success.

    Attributes
    ----------
    incident_id, unit_id
        Whom it is about.
    client_id
        Of a technician's report.
    vin
        Of the car of a call.
    at
        Of a position, ISO 8601.
    """

    kind: Kind
    incident_id: int | None = None
    unit_id: int | None = None
    client_id: str | None = None
    vin: str | None = None
    at: str | None = None


class Log:
    """Appends each acknowledgement to a file as it comes in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] = path.open("a", encoding="utf-8")
        self._turn = threading.Lock()
        self.counts: Counter[str] = Counter()

    def note(self, done: Acknowledgement) -> None:
        """Write one down."""
        with self._turn:
            self._file.write(json.dumps(asdict(done)) + "\n")
            self._file.flush()
            self.counts[done.kind] += 1

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read(path: Path) -> list[Acknowledgement]:
    """Return what a log holds."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Acknowledgement(**json.loads(line)) for line in lines]
