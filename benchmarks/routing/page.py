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
        text = f"\n{render(result)}\n"
        page = between.sub(lambda found, text=text: found[1] + text + found[2], page, count=1)
    return page


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
