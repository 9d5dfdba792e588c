"""The tables in docs/travel-times.md: ``python -m benchmarks.routing.page`` writes them."""

from __future__ import annotations

import json
import re

from benchmarks.provenance import RESULTS, ROOT
from benchmarks.routing.table import growth_markdown, markdown

PAGE = ROOT / "docs" / "travel-times.md"
_TABLES = {"routing-porto": markdown, "routing-growth": growth_markdown}


def filled(page: str) -> str:
    """Return the page with the tables of the saved results between their marks."""
    for name, render in _TABLES.items():
        result = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
        between = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        # Cut by hand: a replacement would take the backslashes of a text for escapes.
        if found := between.search(page):
            text = f"{found[1]}\n{render(result)}\n{found[2]}"
            page = page[: found.start()] + text + page[found.end() :]
    return page


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
