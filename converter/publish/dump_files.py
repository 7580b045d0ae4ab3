"""The files of dumps: their names, how they are packed, their checksums, and which of them a data folder holds.

<folder>/dumps/7.nt.zst             generation 7 as N-Triples, packed
<folder>/dumps/7.nt.zst.sha256      its checksum, as `sha256sum -c` reads it
<folder>/dumps/7-since-5.rdfp.zst   what leads from generation 5 to generation 7
"""

from __future__ import annotations

import contextlib
import glob
import gzip
import hashlib
import io
import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, NamedTuple, cast

from converter.compression import zstd, zstd_frame
from converter.errors import StoreError, UsageError
from converter.publish.parquet import tables
from converter.store.leftovers import PART, SORTING, held, sweep


class Form(NamedTuple):
    """A form of a dump, or a way of packing it: its name, suffix, media type, and what it is for people."""

    name: str
    suffix: str
    media_type: str
    title: str


FORMS: Mapping[str, Form] = {
    form.name: form
    for form in (
        Form("nt", ".nt", "application/n-triples", "N-Triples"),
        Form("ttl", ".ttl", "text/turtle", "Turtle"),
        Form("nq", ".nq", "application/n-quads", "N-Quads"),
        # Before the form whose suffix ends it.
        Form("skg-if", ".skg-if.jsonl", "application/jsonl", "SKG-IF, one record a line"),
        Form("jsonl", ".jsonl", "application/jsonl", "JSON-LD, one record a line"),
        Form("jelly", ".jelly", "application/x-jelly-rdf", "Jelly"),
        Form("patch", ".rdfp", "application/rdf-patch", "RDF Patch"),
        *(
            Form(f"{table}.parquet", f".{table}.parquet", "application/vnd.apache.parquet", f"Parquet: {table}")
            for table in tables()
        ),
    )
}
PACKINGS: Mapping[str, Form] = {
    form.name: form
    for form in (
        Form("zstd", ".zst", "application/zstd", "Zstandard"),
        Form("gzip", ".gz", "application/gzip", "gzip"),
    )
}
CHECKSUM = ".sha256"
OFFERED = (("nt", "zstd"), ("ttl", "gzip"), ("jsonl", "gzip"))
"""The forms and packings of the dumps that a site makes of each generation by itself."""
LATEST = "latest"
"""What leads to the newest dump of a kind, in the place of the number of its generation."""

_MADE = ".offered"
"""The file with the names of the dumps that a site has made by itself."""
_LEVEL = 9
_NAME = re.compile(r"(\d{1,18})(?:-since-(\d{1,18}))?(\.[a-z-]+(?:\.parquet|\.jsonl)?)(\.zst|\.gz)?")
_BLOCK = 1 << 18


class Dump(NamedTuple):
    """A dump of a data folder: where it is, what it holds, when it was made (UTC)."""

    path: Path
    generation: int
    since: int | None
    form: Form
    packing: Form | None
    size: int
    sha256: str
    made: datetime

    @property
    def media_type(self) -> str:
        """What the bytes are: those of the packing, where there is one."""
        return (self.packing or self.form).media_type


def folder_of(data: Path) -> Path:
    """Where a data folder keeps its dumps."""
    return data / "dumps"


def named(generation: int, form: str, packing: str | None, since: int | None = None) -> str:
    """The name of a dump.

    >>> named(7, "nt", "zstd"), named(7, "patch", None, since=5)
    ('7.nt.zst', '7-since-5.rdfp')
    """
    what = str(generation) if since is None else f"{generation}-since-{since}"
    return f"{what}{FORMS[form].suffix}{PACKINGS[packing].suffix if packing else ''}"


def named_by(name: str) -> tuple[str | None, str | None]:
    """The format and the compression that the name of a file names, None where it names none.

    >>> named_by("all.nt.gz"), named_by("all.ttl"), named_by("all")
    (('nt', 'gzip'), ('ttl', None), (None, None))
    """
    packing = next((form for form in PACKINGS.values() if name.endswith(form.suffix)), None)
    bare = name.removesuffix(packing.suffix) if packing else name
    form = next((form.name for form in FORMS.values() if bare.endswith(form.suffix)), None)
    return form, packing.name if packing else None


def kept(data: Path, upto: int | None = None) -> list[Dump]:
    """The dumps of a data folder that are whole, the newest generation first, but those of generations after `upto`."""
    folder = folder_of(data)
    found = [dump for path in folder.iterdir() if (dump := _read(path))] if folder.is_dir() else []
    found = [dump for dump in found if upto is None or dump.generation <= upto]
    return sorted(found, key=lambda dump: (-dump.generation, dump.since or 0, dump.path.name))


def sweep_parts(data: Path) -> None:
    """Remove what dumps left behind that were killed."""
    sweep(folder_of(data), SORTING, PART)


def forget(data: Path, keep: int) -> list[Path]:
    """The dumps that were removed: those of all but the newest generations, so many.

    What a dump left behind that was killed goes, too.
    """
    sweep_parts(data)
    dumps = kept(data)
    newest = sorted({dump.generation for dump in dumps}, reverse=True)[:keep]
    gone = [dump.path for dump in dumps if dump.generation not in newest]
    for path in gone:
        path.unlink(missing_ok=True)
        _checksum_of(path).unlink(missing_ok=True)
    return gone


def note_offered(data: Path, name: str) -> None:
    """Note that a dump is made by the site itself: it may be removed by it, too."""
    with (folder_of(data) / _MADE).open("a", encoding="utf-8") as file:
        file.write(f"{name}\n")


def forget_offered(data: Path, before: int) -> list[Path]:
    """The dumps that were removed: those of generations before a number that the site had made by itself."""
    folder, noted = folder_of(data), folder_of(data) / _MADE
    names = sorted({*noted.read_text(encoding="utf-8").split()}) if noted.is_file() else []
    gone = [folder / name for name in names if (match := _NAME.fullmatch(name)) and int(match[1]) < before]
    for path in gone:
        path.unlink(missing_ok=True)
        _checksum_of(path).unlink(missing_ok=True)
    if gone:
        beside = folder / f"{_MADE}.new"
        beside.write_text("".join(f"{name}\n" for name in names if folder / name not in gone), encoding="utf-8")
        beside.replace(noted)
    return gone


def is_special(path: Path) -> bool:
    """Whether it names a device, a pipe or an open file (`/dev/stdout`), which no file may replace."""
    opened = path.absolute().parent in {Path("/dev"), Path("/dev/fd"), Path("/proc/self/fd")}
    return opened or path.is_char_device() or path.is_block_device() or path.is_fifo()


@contextlib.contextmanager
def whole(path: Path, packing: str | None) -> Iterator[IO[bytes]]:
    """The file to write, which appears under its name when it is whole, with its checksum beside it.

    A device or a pipe is written as the bytes come, and has no checksum.

    Raises UsageError where there is no place for it, StoreError where the disk is full.
    """
    if is_special(path):
        with path.open("wb") as file, packed(file, packing) as out:
            yield out
        return
    sweep(path.parent, f".{glob.escape(path.name)}{PART[1:]}")
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    # The file is opened inside, so that an interruption at any moment finds it gone.
    try:
        try:
            file = beside.open("wb")
        except OSError as fault:
            raise UsageError(f"{path}: {fault.strerror}; name another file with -o") from None
        with file, held(beside):
            digested = _Digested(file)
            with packed(cast("IO[bytes]", digested), packing) as out:
                yield out
            file.flush()
            os.fsync(file.fileno())
        checksum = _checksum_of(path)
        checksum.write_text(f"{digested.sha256()}  {path.name}\n", encoding="utf-8")
        beside.replace(path)
    except OSError as fault:
        raise StoreError(f"{path}: cannot be written: {fault.strerror or fault}; free some space") from None
    finally:
        beside.unlink(missing_ok=True)


@contextlib.contextmanager
def packed(out: IO[bytes], packing: str | None) -> Iterator[IO[bytes]]:
    """What packs into `out`; the same bytes are packed into the same, whenever that is."""
    if packing == "zstd":
        parameter = zstd.CompressionParameter
        options: dict[int, int] = {parameter.compression_level: _LEVEL, parameter.checksum_flag: 1}
        with zstd_frame(out, options) as stream:
            yield cast("IO[bytes]", stream)
    elif packing == "gzip":
        with gzip.GzipFile("", "wb", 6, out, mtime=0) as archive:
            yield cast("IO[bytes]", archive)
    else:
        yield out


def lines(dump: Dump) -> Iterator[bytes]:
    """Yield the lines of a dump, unpacked."""
    with dump.path.open("rb") as file:
        if dump.packing is None:
            yield from file
        elif dump.packing.name == "gzip":
            with gzip.GzipFile(fileobj=file) as archive:
                yield from archive
        else:
            with zstd.ZstdFile(file) as stream:
                yield from io.BufferedReader(stream, _BLOCK)


class _Digested:
    """A file that knows the checksum of what was written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def sha256(self) -> str:
        return self._digest.hexdigest()


def _checksum_of(path: Path) -> Path:
    return path.with_name(path.name + CHECKSUM)


def _read(path: Path) -> Dump | None:
    """The dump at a path, None where the file is none of ours."""
    match = _NAME.fullmatch(path.name)
    form, packing = named_by(path.name)
    if not match or form is None or FORMS[form].suffix != match[3]:
        return None
    try:
        sha256 = _checksum_of(path).read_text(encoding="utf-8").partition(" ")[0]
        status = path.stat()
    except (OSError, UnicodeDecodeError):
        return None
    return Dump(
        path,
        int(match[1]),
        int(match[2]) if match[2] else None,
        FORMS[form],
        PACKINGS[packing] if packing else None,
        status.st_size,
        sha256,
        datetime.fromtimestamp(status.st_mtime, UTC).replace(microsecond=0),
    )
