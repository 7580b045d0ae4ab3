"""A repository that serves its records over OAI-PMH, correctly, or with every fault that real ones have."""

from __future__ import annotations

import dataclasses
import enum
import gzip
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from xml.sax.saxutils import escape

from flask import Flask, Request, Response, redirect, request
from werkzeug.serving import make_server

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
NOW = datetime(2024, 6, 1, tzinfo=UTC)


class Fault(enum.Enum):
    """What goes wrong with one answer."""

    BUSY_503_SECONDS = enum.auto()
    BUSY_429_DATE = enum.auto()
    ERROR_500 = enum.auto()
    DROPPED = enum.auto()
    TRUNCATED = enum.auto()
    TRUNCATED_QUIETLY = enum.auto()
    BROKEN_XML = enum.auto()
    CONTROL_CHARACTERS = enum.auto()
    WRONG_ENCODING = enum.auto()
    HTML = enum.auto()
    EMPTY_BODY = enum.auto()
    EXPIRED_TOKEN = enum.auto()
    LOOPING_TOKEN = enum.auto()
    REPEATED_PAGE = enum.auto()
    EMPTY_PAGE = enum.auto()
    EARLY_END = enum.auto()
    NO_METADATA = enum.auto()
    DUPLICATES = enum.auto()
    CLOCK_BACK = enum.auto()
    REDIRECT = enum.auto()
    BROKEN_GZIP = enum.auto()
    LOOSE_AMPERSAND = enum.auto()


class Served(NamedTuple):
    """One record of the repository; a poisonous one makes every answer fail that would hold its metadata.

    `more` is what its metadata say beside the title, `about` its part of that name, and `name` its identifier, where it
    is not like those of the others; `sets` are the setSpecs of its header.
    """

    number: int
    datestamp: datetime
    title: str
    deleted: bool = False
    poisonous: bool = False
    more: str = ""
    about: str = ""
    name: str = ""
    sets: tuple[str, ...] = ()

    @property
    def identifier(self) -> str:
        return self.name or f"oai:repository.example.org:12345/{self.number}"


def collection(size: int, *, per_second: int = 3, deleted: Iterable[int] = ()) -> list[Served]:
    """Records in the order of their datestamps, some of which share one."""
    gone = set(deleted)
    return [
        Served(n, FIRST + timedelta(hours=n // per_second), f"Étude no {n} – naïve & <café>", n in gone)
        for n in range(size)
    ]


@dataclasses.dataclass
class Repository:
    """What is served and how; `faults` are taken one by one by the answers for which `chosen` says yes."""

    records: list[Served]
    page_size: int = 10
    faults: list[Fault | None] = dataclasses.field(default_factory=list)
    by_day: bool = False
    now: datetime = NOW
    formats: tuple[tuple[str, str], ...] = (("oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc/"),)
    path: str = "/oai/request"
    home: str = "<!doctype html><html><head><title>Home</title></head></html>"
    chosen: Callable[[Request], bool] = lambda asked: asked.args.get("verb") == "ListRecords"
    always: Fault | None = None
    shuffled: bool = False
    sized: bool = True
    sets: dict[str, str] = dataclasses.field(default_factory=dict)
    large: int = 0
    asked: list[dict[str, str]] = dataclasses.field(default_factory=list)
    headers: list[dict[str, str]] = dataclasses.field(default_factory=list)

    def app(self) -> Flask:
        """The repository as a web application."""
        app = Flask("misbehaving")
        app.add_url_rule(self.path, "oai", self._oai)
        app.add_url_rule("/", "home", lambda: self.home)
        app.add_url_rule("/moved", "moved", self._oai)
        return app

    def _oai(self) -> Response:
        asked = request.args.to_dict()
        self.asked.append(asked)
        self.headers.append(dict(request.headers))
        fault = self.always if self.always and self.chosen(request) else None
        if fault is None and self.faults and self.chosen(request) and request.path != "/moved":
            fault = self.faults.pop(0)
        if fault in BEFORE:
            return BEFORE[fault](self)
        status, text = self._answer(asked, fault)
        body = _bent(text, fault)
        response = Response(body, status, mimetype="text/xml")
        return AFTER[fault](response) if fault in AFTER else response

    def _answer(self, asked: dict[str, str], fault: Fault | None) -> tuple[int, str]:
        verb = asked.get("verb", "")
        made = {
            "Identify": self._identify,
            "ListMetadataFormats": self._formats,
            "ListSets": lambda: self._sets(asked, fault),
            "ListRecords": lambda: self._list(asked, fault),
            "ListIdentifiers": lambda: self._list(asked, fault),
            "GetRecord": lambda: self._single(asked, fault),
        }.get(verb, lambda: _error("badVerb", verb))()
        if made is None:
            return 500, "<html><body>Internal error</body></html>"
        now = self.now - timedelta(days=400) if fault is Fault.CLOCK_BACK else self.now
        return 200, (
            '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
            f"<responseDate>{_seconds(now)}</responseDate><request>http://x/</request>{made}</OAI-PMH>"
        )

    def _identify(self) -> str:
        granularity = "YYYY-MM-DD" if self.by_day else "YYYY-MM-DDThh:mm:ssZ"
        return (
            "<Identify><repositoryName>Test</repositoryName><baseURL>http://x/</baseURL>"
            "<protocolVersion>2.0</protocolVersion><adminEmail>a@example.org</adminEmail>"
            f"<earliestDatestamp>{self._stamp(NOW)}</earliestDatestamp><deletedRecord>transient</deletedRecord>"
            f"<granularity>{granularity}</granularity></Identify>"
        )

    def _formats(self) -> str:
        rows = "".join(
            f"<metadataFormat><metadataPrefix>{prefix}</metadataPrefix><schema>http://x/</schema>"
            f"<metadataNamespace>{space}</metadataNamespace></metadataFormat>"
            for prefix, space in self.formats
        )
        return f"<ListMetadataFormats>{rows}</ListMetadataFormats>"

    def _sets(self, asked: dict[str, str], fault: Fault | None) -> str | None:
        """A page of the sets, as long as one of records."""
        if not self.sets:
            return _error("noSetHierarchy", "none")
        start = int(asked.get("resumptionToken", "0"))
        if fault is Fault.EXPIRED_TOKEN and start:
            return _error("badResumptionToken", "expired")
        rows = "".join(
            f"<set><setSpec>{spec}</setSpec><setName>{escape(name)}</setName></set>"
            for spec, name in [*self.sets.items()][start : start + self.page_size]
        )
        following = start if fault is Fault.LOOPING_TOKEN else start + self.page_size
        token = str(following) if following < len(self.sets) else ""
        return f"<ListSets>{rows}<resumptionToken>{token}</resumptionToken></ListSets>"

    def _list(self, asked: dict[str, str], fault: Fault | None) -> str | None:
        token = asked.get("resumptionToken")
        if token is not None:
            if fault is Fault.EXPIRED_TOKEN:
                return _error("badResumptionToken", "expired")
            prefix, from_, until, offset = token.split("/")[:4]
        else:
            prefix, from_, until, offset = asked["metadataPrefix"], asked.get("from", ""), asked.get("until", ""), "0"
        if prefix not in {name for name, _ in self.formats}:
            return _error("cannotDisseminateFormat", prefix)
        chosen = [served for served in self._ordered() if self._within(served, from_, until)]
        if not chosen:
            return _error("noRecordsMatch", "nothing")
        start = int(offset)
        if fault is Fault.REPEATED_PAGE:
            start = max(0, start - self.page_size)
        page = [] if fault in {Fault.EMPTY_PAGE, Fault.EARLY_END} else chosen[start : start + self.page_size]
        following = start if fault is Fault.EMPTY_PAGE else start + self.page_size
        if fault is Fault.LOOPING_TOKEN:
            following = start
        verb = asked["verb"]
        if verb == "ListRecords" and any(served.poisonous for served in page):
            return None
        if fault is Fault.DUPLICATES:
            page = [*page, *page[:2]]
        shown = "".join(self._shown(served, verb, prefix, fault) for served in page)
        ended = following >= len(chosen) or fault is Fault.EARLY_END
        noise = f"/{len(self.asked)}" if fault in {Fault.REPEATED_PAGE, Fault.EMPTY_PAGE} else ""
        text = "" if ended else f"{prefix}/{from_}/{until}/{following}{noise}"
        size = f' completeListSize="{len(chosen)}"' if self.sized else ""
        # DSpace counts pages, not records.
        cursor = f' cursor="{start // self.page_size}"'
        return f"<{verb}>{shown}<resumptionToken{size}{cursor}>{text}</resumptionToken></{verb}>"

    def _single(self, asked: dict[str, str], fault: Fault | None) -> str | None:
        for served in self.records:
            if served.identifier == asked["identifier"]:
                if served.poisonous:
                    return None
                return f"<GetRecord>{self._shown(served, 'ListRecords', asked['metadataPrefix'], fault)}</GetRecord>"
        return _error("idDoesNotExist", asked["identifier"])

    def _shown(self, served: Served, verb: str, prefix: str, fault: Fault | None) -> str:
        status = ' status="deleted"' if served.deleted else ""
        header = (
            f"<header{status}><identifier>{served.identifier}</identifier>"
            f"<datestamp>{self._stamp(served.datestamp)}</datestamp>"
            f"{''.join(f'<setSpec>{spec}</setSpec>' for spec in served.sets)}</header>"
        )
        if verb == "ListIdentifiers":
            return header
        if served.deleted or (fault is Fault.NO_METADATA and served.number % 3 == 0):
            return f"<record>{header}</record>"
        title = escape(served.title) + "x" * self.large
        space = dict(self.formats)[prefix]
        root, inner = ("thesis", "d:title") if "etdms" in space else ("dc", "dc:title")
        metadata = (
            f'<d:{root} xmlns:d="{space}" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<{inner}>{title}</{inner}>{served.more}</d:{root}>"
        )
        return f"<record>{header}<metadata>{metadata}</metadata>{served.about}</record>"

    def _ordered(self) -> Sequence[Served]:
        return self.records[::2] + self.records[1::2][::-1] if self.shuffled else self.records

    def _within(self, served: Served, from_: str, until: str) -> bool:
        stamp = self._stamp(served.datestamp)
        return (not from_ or stamp >= from_) and (not until or stamp <= until)

    def _stamp(self, when: datetime) -> str:
        return when.strftime("%Y-%m-%d") if self.by_day else _seconds(when)


def _seconds(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _error(code: str, text: str) -> str:
    return f'<error code="{code}">{text}</error>'


def _dropped() -> Response:
    """An answer whose connection is closed in the middle of it."""
    connection: socket.socket = request.environ["werkzeug.socket"]

    def body() -> Iterator[bytes]:
        yield b'<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        connection.shutdown(socket.SHUT_RDWR)

    return Response(body(), mimetype="text/xml", headers={"Content-Length": "100000"})


def _bent(text: str, fault: Fault | None) -> bytes:
    """The text as the fault lets it through."""
    body = text.encode()
    if fault is Fault.CONTROL_CHARACTERS:
        return text.replace(" no ", " \x01no\x0b ").encode()
    if fault is Fault.WRONG_ENCODING:
        return text.encode("cp1252")
    if fault is Fault.LOOSE_AMPERSAND:
        return text.replace("&amp;", "&").encode()
    if fault is Fault.BROKEN_XML:
        return text.replace("</dc:title>", "</dc:tilte>", 1).replace("</OAI-PMH>", "</OAI-PMI>").encode()
    if fault is Fault.TRUNCATED_QUIETLY:
        return body[: len(body) * 2 // 3]
    return body


def _cut_off(response: Response) -> Response:
    body = response.get_data()
    return Response(iter([body[: len(body) // 2]]), mimetype="text/xml", headers={"Content-Length": str(len(body))})


def _broken_gzip(response: Response) -> Response:
    packed = bytearray(gzip.compress(response.get_data()))
    packed[len(packed) // 2 :] = b"\x00" * (len(packed) - len(packed) // 2)
    return Response(bytes(packed), mimetype="text/xml", headers={"Content-Encoding": "gzip"})


def _moved(_: Repository) -> Response:
    response = redirect(f"/moved?{request.query_string.decode()}", 302)
    assert isinstance(response, Response)
    return response


BEFORE: dict[Fault | None, Callable[[Repository], Response]] = {
    Fault.BUSY_503_SECONDS: lambda _: Response("busy", 503, {"Retry-After": "7"}),
    Fault.BUSY_429_DATE: lambda _: Response("busy", 429, {"Retry-After": "Sat, 01 Jan 2050 00:00:00 GMT"}),
    Fault.ERROR_500: lambda _: Response("<html>fault</html>", 500),
    Fault.DROPPED: lambda _: _dropped(),
    Fault.HTML: lambda _: Response("<!DOCTYPE html><html><body><br>Please wait</body></html>", mimetype="text/html"),
    Fault.EMPTY_BODY: lambda _: Response("", mimetype="text/xml"),
    Fault.REDIRECT: _moved,
}
AFTER: dict[Fault | None, Callable[[Response], Response]] = {
    Fault.TRUNCATED: _cut_off,
    Fault.BROKEN_GZIP: _broken_gzip,
}


@contextmanager
def serving(app: Flask, port: int = 0) -> Iterator[str]:
    """The address of an application that runs in a thread."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
