"""The text for language models names what there is, and every address of it answers."""

from __future__ import annotations

import re
import urllib.request

from queries import all_queries
from tests.conftest import Site


def test_every_address_of_the_text_answers(site: Site) -> None:
    with urllib.request.urlopen(f"{site.base}llms.txt", timeout=60) as answer:
        assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
        text = answer.read().decode()
    assert text.startswith("# Shelfgraph\n\n> ")
    addresses = re.findall(r"\]\(([^)]+)\)", text)
    given = {f"{site.base}queries/{query.name}.csv" for query in all_queries()}
    assert given <= {*addresses}
    for address in {*addresses} - given - {f"{site.base}item/HANDLE"}:
        with urllib.request.urlopen(address, timeout=60) as answer:
            assert answer.status == 200
