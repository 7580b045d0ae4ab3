"""The formats of the answers of questions: JSON is what programs expect of it, a list of objects.

`application/sparql-results+json` is had by that type, and as `srj`.
"""

from __future__ import annotations

from collections.abc import Mapping

from converter.formats import FORMATS, Format
from server.http.negotiation import choose
from server.sparql.request import wanted_format

_SPARQL_JSON = FORMATS["json"]
_JSON = "application/json"
ANSWERS: Mapping[str, Format] = {
    "json": FORMATS["objects"],
    "jsonl": FORMATS["jsonl"],
    "csv": FORMATS["csv"],
    "typed.csv": FORMATS["typed.csv"],
    "tsv": FORMATS["tsv"],
    "srj": _SPARQL_JSON,
    "xml": FORMATS["xml"],
}
"""What `format=` and a suffix call it → the format; the first is sent to those who like all the same."""
_OTHERS = [*dict.fromkeys(kind for format_ in ANSWERS.values() for kind in format_.media_types), "text/html"]


def answer_format(name: str, accept: str | None) -> Format | None:
    """The format that `name` or else the header Accept asks for; None for a page.

    Raises RequestProblem.

    >>> answer_format("json", None).name, answer_format("srj", None).name, answer_format("html", None)
    ('objects', 'json', None)
    >>> answer_format("", "application/json").name, answer_format("", "application/sparql-results+json").name
    ('objects', 'json')
    """
    if name.strip().lower() == "json" or (not name and choose(accept, [_JSON, *_OTHERS]) == _JSON):
        return ANSWERS["json"]
    return wanted_format(name, accept, "A question", graph=False, page=True)
