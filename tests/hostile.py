"""Hostile sources of every kind: each is refused or read, within a minute and 500 MB, and nothing of this machine told.

`python -m tests.hostile` tries all at full size, and prints what went wrong; `python -m tests.hostile NAME` tries one.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import json
import lzma
import os
import stat
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from converter.compression import zstd

MIB = 1 << 20
MOST_BYTES, MOST_SECONDS = 500 * MIB, 60.0
SECRET = "kept-from-everybody"
OAI = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{}</ListRecords></OAI-PMH>'
RECORD = (
    "<record><header><identifier>oai:x:1</identifier></header><metadata>"
    '<dc xmlns="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>T</dc:title>{}</dc></metadata></record>"
)
MARC = '<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nam a2200000   4500</leader>{}</record>'
SUBFIELD = '<datafield tag="650" ind1=" " ind2="0"><subfield code="a">{}</subfield></datafield>'
PAGE = "<html><head><meta name=DC.title content=T>{}</head><body>{}</body></html>"
LIMITED = """
import sys
from shelfgraph.cli import main
try:
    main(sys.argv[1:], standalone_mode=False)
finally:
    stated = open("/proc/self/status").read()
    sys.stderr.write("PEAK " + stated.split("VmHWM:")[1].split()[0])
"""


class Tried(NamedTuple):
    """How a source was met: the exit code, the seconds, the bytes at the peak, and what is wrong with that."""

    code: int
    seconds: float
    peak: int
    problems: list[str]


def measured(*words: str | Path, seconds: float = 120) -> tuple[int, str, int]:
    """The exit code, what was said, and the peak of memory in bytes.

    Raises subprocess.TimeoutExpired where it takes longer.
    """
    command = [sys.executable, "-c", LIMITED, *map(str, words)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=seconds, text=True)
    said, _, peak = done.stderr.rpartition("PEAK ")
    return done.returncode, done.stdout + said, int(peak) * 1024


def zipped(data: bytes, name: str = "a.xml") -> bytes:
    """A ZIP archive with one member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def tarred(data: bytes, name: str = "a.xml") -> bytes:
    """A packed tar archive with one member."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd.compress,
    "zip": zipped,
    "tar.gz": tarred,
}
Maker = Callable[[Path, float], object]
"""Makes the source at a path, of so large a part of its full size."""


def _written(text: Callable[[float], str | bytes]) -> Maker:
    def make(path: Path, part: float) -> None:
        made = text(part)
        path.write_bytes(made if isinstance(made, bytes) else made.encode())

    return make


def _long(before: str, after: str) -> Maker:
    """One value of 50 MB."""
    return _written(lambda part: f"{before}{'light ' * int(50 * MIB / 6 * part)}{after}")


def _many(before: str, each: str, after: str) -> Maker:
    """A million values."""
    return _written(lambda part: before + each * int(1_000_000 * part) + after)


def _deep(before: str, begin: str, end: str, after: str) -> Maker:
    """A hundred thousand inside one another."""
    return _written(lambda part: f"{before}{begin * int(100_000 * part)}{end * int(100_000 * part)}{after}")


def _zeros(part: float) -> bytes:
    return b"<record>" + bytes(int(200 * MIB * part))


def _bombs() -> Iterator[tuple[str, Maker]]:
    for name, pack in PACKERS.items():
        yield f"bomb.{name}", _written(lambda part, pack=pack: pack(_zeros(part)))  # type: ignore[misc]
    for outer, inner in (("zip", "zip"), ("gz", "gz"), ("tar.gz", "zip"), ("zst", "xz"), ("zip", "gz")):
        yield (
            f"bomb of {inner} in.{outer}",
            _written(lambda part, o=PACKERS[outer], i=PACKERS[inner]: o(i(_zeros(part)))),  # type: ignore[misc]
        )
    yield "bomb of members.zip", _many_members
    yield "bomb of a package.zip", _written(lambda part: zipped(_zeros(part), "item/dublin_core.xml"))


def _many_members(path: Path, part: float) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(int(100_000 * part)):
            archive.writestr(f"{number}.bib", "@book{a, title = {T}}")


def _linked(leads: str) -> Maker:
    def make(path: Path, part: float) -> None:
        path.mkdir()
        (path / "a.bib").symlink_to(leads)
        (path / "b.bib").write_text("@book{b, title = {Sound}}")

    return make


def _linked_zip(path: Path, part: float) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("a.bib")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, str(_secret(path)))


def _linked_tar(kind: bytes) -> Maker:
    def make(path: Path, part: float) -> None:
        with tarfile.open(path, "w:gz") as archive:
            info = tarfile.TarInfo("a.bib")
            info.type, info.linkname = kind, str(_secret(path))
            archive.addfile(info)

    return make


def _secret(path: Path) -> Path:
    return path.with_name("secret.bib")


def _climbing(path: Path, part: float) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../secret.bib", "@book{c, title = {Climbing}}")


def _pipe(path: Path, part: float) -> None:
    path.mkdir()
    os.mkfifo(path / "a.bib")


def _outer_entity(path: Path, part: float) -> None:
    record = OAI.format(RECORD.format("<dc:subject>&s;</dc:subject>"))
    path.write_text(f'<!DOCTYPE a [<!ENTITY s SYSTEM "{_secret(path).as_uri()}">]>{record}')


def _attributes(part: float) -> str:
    attributes = " ".join(f"a{n}=''" for n in range(int(1_000_000 * part)))
    return f"<r {attributes}/>"


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
LINKS: dict[str, Maker] = {
    "link to a file": _linked("../secret.bib"),
    "link to a password file": _linked("/etc/passwd"),
    "link to a device without end": _linked("/dev/zero"),
    "link to a folder": _linked("/etc"),
    "link to itself": _linked("a.bib"),
    "link.zip": _linked_zip,
    "link.tar.gz": _linked_tar(tarfile.SYMTYPE),
    "hard link.tar.gz": _linked_tar(tarfile.LNKTYPE),
    "member that climbs.zip": _climbing,
    "pipe": _pipe,
}
_OAI = OAI.format(RECORD).split("{}")
_MARC, _SUBFIELD, _HEAD = (text.split("{}") for text in (MARC, SUBFIELD, PAGE))
_OPEN = PAGE.format("", "").partition("</body>")[0]
DEPTHS: dict[str, Maker] = {
    "deep.xml": _deep("", "<a>", "</a>", ""),
    "deep and open.xml": _deep("<record>", "<a>", "", ""),
    "deep record.xml": _deep(_OAI[0], "<dc:subject>", "</dc:subject>", ""),
    "deep lists.json": _deep("", "[", "]", ""),
    "deep objects.json": _deep("", '{"a":', "", ""),
    "deep record.json": _deep('[{"dc.title": "T", "dc.subject": ', "[", "]", "}]"),
    "deep record.jsonl": _deep('{"dc.title": "T", "dc.subject": ', "[", "]", "}\n"),
    "deep divisions.html": _deep(_OPEN, "<div>", "", ""),
    "deep lists.html": _deep(_OPEN, "<ul><li>", "", ""),
    "deep spans.html": _deep(_OPEN, "<span>", "</span>", ""),
    "deep tables.html": _deep(_OPEN, "<table><tr><td>", "", ""),
    "deep braces.bib": _deep("@book{a, title = ", "{", "}", "}"),
    "entities.xml": _written(lambda _: f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><a>&l9;</a>'),
    "outer entity.xml": _outer_entity,
}
LARGE: dict[str, Maker] = {
    "field.csv": _long("id,dc.title\n1,", "\n2,Sound\n"),
    "field.json": _long('[{"dc.title": "', '"}, {"dc.title": "Sound"}]'),
    "field.jsonl": _long('{"dc.title": "', '"}\n{"dc.title": "Sound"}\n'),
    "field of Dublin Core.xml": _long(f"{_OAI[0]}<dc:description>", f"</dc:description>{_OAI[1]}"),
    "field of MARC.xml": _long(_MARC[0] + _SUBFIELD[0], _SUBFIELD[1] + _MARC[1]),
    "field.mrc": _long("00714cam a2200205 a 4500", "\x1e\x1d"),
    "field.ris": _long("TY  - BOOK\nTI  - ", "\nER  - \n"),
    "field.bib": _long("@book{a, title = {", "}}\n@book{b, title = {Sound}}"),
    "field.html": _long(_HEAD[0] + '<meta name=DC.description content="', f'">{_HEAD[1]}'),
    "field.txt": _long("dc.title ", " en\n"),
    "attribute.xml": _long('<record a="', '"/>'),
    "one line of nothing.csv": _long("", ""),
}
MANY: dict[str, Maker] = {
    "columns.csv": _many("id,dc.title", ",x", "\n1,Sound\n"),
    "cells.csv": _many("id,dc.title\n1,Sound", ",x", "\n"),
    "values.csv": _many("id,dc.title\n1,Sound\n2,", "x||", "\n"),
    "values.json": _many('[{"dc.title": "T", "dc.subject": [', '"x",', '"y"]}, {"dc.title": "Sound"}]'),
    "keys.json": _written(
        lambda part: json.dumps([{f"dc.subject.{n}": "x" for n in range(int(1_000_000 * part))}, {"dc.title": "Sound"}])
    ),
    "values.jsonl": _many('{"dc.title": "T", "dc.subject": [', '"x",', '"y"]}\n{"dc.title": "Sound"}\n'),
    "values of Dublin Core.xml": _many(_OAI[0], "<dc:subject>x</dc:subject>", _OAI[1]),
    "values of MARC.xml": _many(_MARC[0], SUBFIELD.format("x"), _MARC[1]),
    "attributes.xml": _written(_attributes),
    "values.ris": _many("TY  - BOOK\nTI  - T\n", "KW  - x\n", "ER  - \n"),
    "values.bib": _many("@book{a, title = {T}", ", keywords = {x}", "}\n@book{b, title = {Sound}}"),
    "values.html": _many(_HEAD[0], "<meta name=DC.subject content=x>", _HEAD[1]),
    "values.txt": _many("dc.title T en\n", "dc.subject x en\n", ""),
}
SOURCES: dict[str, Maker] = dict(_bombs()) | LINKS | DEPTHS | LARGE | MANY
REDIRECTS = (
    "http://127.0.0.1:{inner}/",
    "http://localhost:{inner}/",
    "http://[::1]:{inner}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "http://0.0.0.0:{inner}/",
    "file:///etc/passwd",
    "/again",
)
"""Where a repository leads to; the last leads to itself, without end."""


def tried(name: str, place: Path, part: float = 1.0) -> Tried:
    """How a source of that name is met."""
    path = place / name
    _secret(path).write_text(f"@book{{s, title = {{{SECRET}}}}}")
    SOURCES[name](path, part)
    return _converted(path, place, lambda said: [f"{word} was told" for word in (SECRET, "root:x:0") if word in said])


def redirected(target: str, place: Path) -> Tried:
    """How an address that leads to another is met."""
    with listening(None) as (inner, asked), listening(target.format(inner=inner)) as (port, _):
        return _converted(
            f"http://127.0.0.1:{port}/oai", place, lambda _: ["an inner address was asked"] if asked else []
        )


def _converted(source: str | Path, place: Path, wrong: Callable[[str], list[str]]) -> Tried:
    begun = time.monotonic()
    words = ("convert", source, "-o", place / "made.nt", "--report", place / "report.csv")
    try:
        code, said, peak = measured(*words, seconds=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        return Tried(-1, MOST_SECONDS, 0, ["it took more than a minute"])
    made = [file.read_text() for file in (place / "made.nt", place / "report.csv") if file.exists()]
    problems = wrong("".join((said, *made)))
    problems += [f"more than a sentence: {said[-500:]}"] if "Traceback" in said and "SystemExit" not in said else []
    problems += [f"it took {peak // MIB} MiB"] if peak > MOST_BYTES else []
    problems += [f"it ended with {code} and said nothing"] if code and not said.strip() else []
    return Tried(code, time.monotonic() - begun, peak, problems)


@contextlib.contextmanager
def listening(target: str | None) -> Iterator[tuple[int, list[str]]]:
    """The port of a server that leads to a target, or has a record where there is none; what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302 if target else 200)
            if target:
                self.send_header("Location", target)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main(chosen: list[str]) -> int:
    """Print how each source was met, and how many there were; how many went wrong."""
    wrong, slowest, largest = 0, 0.0, 0
    names = chosen or [*SOURCES, *REDIRECTS]
    for name in names:
        with tempfile.TemporaryDirectory() as place:
            found = redirected(name, Path(place)) if name in REDIRECTS else tried(name, Path(place))
        wrong += bool(found.problems)
        slowest, largest = max(slowest, found.seconds), max(largest, found.peak)
        met = f"{name}: {found.code}, {found.seconds:.1f} s, {found.peak // MIB} MiB"
        print(met, *found.problems, sep="\n  ", flush=True)
    print(f"{len(names)} sources, {wrong} with problems; {slowest:.1f} s and {largest // MIB} MiB at the most")
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
