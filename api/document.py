"""The OpenAPI document as a file: what the front ends generate their types from."""

from __future__ import annotations

import json
from pathlib import Path

from api.app import create_app

FILE = Path(__file__).parent / "web" / "openapi.json"


def openapi_text() -> str:
    """Return the OpenAPI document, the same text for the same code."""
    return json.dumps(create_app(None).openapi(), indent=1, ensure_ascii=False) + "\n"
