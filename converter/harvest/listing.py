"""A list of records or headers, page after page, and what may be wrong with its tokens."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from functools import partial

from converter.errors import SourceError
from converter.harvest.client import Client, Failed
from converter.harvest.responses import BROKEN_XML, Answer, Header, answer

_MOST_REPEATED = 3
_MOST_EMPTY = 20
_MOST_PAGES, _ATTEMPTS = 1_000, 2
"""Pages of a list of sets, and how often each is asked for: records come without it too."""


class Stopped(Exception):
    """A list that cannot be followed to its end from here; another one may go further."""


class Expired(Stopped):
    """The repository no longer knows the token."""


class Looping(Stopped):
    """Tokens that lead round for ever."""


class Broken(Stopped):
    """A page that does not come, however often it is asked for."""


class Endpoint:
    """Asks one endpoint, and says what its answers mean."""

    def __init__(self, client: Client, address: str, source: str = "") -> None:
        self.client, self.address, self._source = client, address, source

    def ask(
        self, verb: str, arguments: Mapping[str, str], attempts: int | None = None, *, whole: bool = True
    ) -> Answer:
        """The answer to one request, whatever it says; without `whole`, a broken one is read as far as it goes.

        Raises Failed where there is none.
        """
        given = {name: value for name, value in arguments.items() if value}
        read = partial(answer, source=self._source, base_url=self.address, whole=whole)
        return self.client.fetch(self.address, {"verb": verb, **given}, read, attempts)

    def pages(
        self, verb: str, arguments: Mapping[str, str], token: str = "", attempts: int | None = None
    ) -> Iterator[Answer]:
        """Yield the pages of a list, from a token where there is one; noRecordsMatch is a page without records.

        Raises Stopped where it cannot be followed on, SourceError where the repository refuses the request.
        """
        seen: set[str] = {token} if token else set()
        shown: set[bytes] = set()
        repeated = empty = 0
        while True:
            page = self._page(verb, {"resumptionToken": token} if token else arguments, attempts)
            print_ = _digest(page.headers)
            repeated = repeated + 1 if page.headers and print_ in shown else 0
            empty = 0 if page.headers else empty + 1
            shown.add(print_)
            if repeated >= _MOST_REPEATED:
                raise Looping("the same pages come again under new tokens")
            if empty > _MOST_EMPTY:
                raise Looping(f"more than {_MOST_EMPTY} pages without a record")
            following = page.token
            yield page
            if not following:
                return
            if following in seen:
                raise Looping("a token that has been followed before comes again")
            seen.add(following)
            token = following

    def _page(self, verb: str, arguments: Mapping[str, str], attempts: int | None) -> Answer:
        try:
            page = self.ask(verb, arguments, attempts)
        except Failed as fault:
            page = self._rest(verb, arguments, fault)
        if page.error and page.error[0] != "noRecordsMatch":
            code, text = page.error
            if code == "badResumptionToken" or (code == "badArgument" and "resumptionToken" in arguments):
                raise Expired(f"the repository no longer knows the token ({text or 'no reason given'})")
            raise Refused(self.address, code, text)
        return page

    def _rest(self, verb: str, arguments: Mapping[str, str], fault: Failed) -> Answer:
        """What can be had of a page that stays broken, so that the list goes on behind it.

        Raises Broken where that is nothing.
        """
        if fault.reason.startswith(BROKEN_XML):
            with contextlib.suppress(Failed):
                return self.ask(verb, arguments, attempts=1, whole=False)
        raise Broken(fault.reason) from fault

    def sets(self) -> dict[str, str]:
        """The setName of each setSpec; nothing where the repository has no sets, or does not list all of them."""
        found: dict[str, str] = {}
        token, seen = "", set[str]()
        while len(seen) < _MOST_PAGES:
            try:
                page = self.ask("ListSets", {"resumptionToken": token}, _ATTEMPTS)
            except Failed:
                break
            if page.error:
                break
            found |= {spec: name for spec, name in page.sets.items() if spec not in found}
            token = page.token or ""
            if not token or token in seen:
                return found
            seen.add(token)
        return {}

    def headers(self, arguments: Mapping[str, str]) -> tuple[dict[str, Header], str]:
        """The headers of a list by identifier, and why these are not all ("" when they are).

        A list that stops is begun anew from the last datestamp, as long as that brings anything new.
        """
        found: dict[str, Header] = {}
        arguments, size = dict(arguments), 0
        while True:
            before, last, ordered, reason = len(found), arguments.get("from", ""), True, ""
            try:
                for page in self.pages("ListIdentifiers", arguments):
                    found.update((header.identifier, header) for header in page.headers)
                    size = max(size, page.size or 0)
                    for header in page.headers:
                        ordered = ordered and (header.datestamp or "") >= last
                        last = max(last, header.datestamp or "")
            except Stopped as fault:
                reason = str(fault)
            if not reason or len(found) == before:
                break
            if ordered:
                arguments["from"] = last
        if len(found) < size:
            reason = reason or "the list ended early"
            return found, f"{len(found)} of {size} identifiers were listed: {reason}"
        return found, reason


class Refused(SourceError):
    """A request that the repository understands and does not grant."""

    def __init__(self, address: str, code: str, text: str) -> None:
        super().__init__(f"{address}: the repository refuses the request: {code}: {text or 'no reason given'}")
        self.code = code


def _digest(headers: tuple[Header, ...]) -> bytes:
    whole = "\n".join(f"{header.identifier} {header.datestamp} {header.deleted}" for header in headers)
    return hashlib.sha256(whole.encode()).digest()
