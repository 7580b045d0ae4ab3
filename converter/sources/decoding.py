"""Bytes → UTF-8, for files and harvests alike: the encoding that is named, declared, or shown by the bytes themselves.

Order: `--encoding`; a byte order mark; UTF-16 without a mark; the declaration of the document, where the bytes agree
with it; UTF-8.  Where the whole is of none of them, each value is read by itself: as UTF-8, as the encoding that most
of the others are of (declared, or found by chardet), else as Windows-1252, byte by byte.
"""

from __future__ import annotations

import codecs
import re
import tempfile
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple, cast

import chardet

from converter.errors import UsageError
from converter.report import Finding

Note = Callable[[Finding], None]

_CHUNK = 1 << 20
_IN_MEMORY = 8 * _CHUNK
_HEAD = 4096
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"\A\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)"
    rb"|<meta\b[^>]*?\bcharset\s*=\s*[\"']?\s*([\w.:-]+)"
    rb"|^%+\s*Encoding:\s*([\w-]+)",  # JabRef's note at the head of a BibTeX file
    re.IGNORECASE | re.MULTILINE,
)
# As browsers read these names (https://encoding.spec.whatwg.org/#names-and-labels): each is a part of the other.
_WIDER = {"iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949"}
_WORDS = {"cp1252": "Windows-1252", "gb18030": "GB18030", "utf-8": "UTF-8", "utf-16": "UTF-16", "big5": "Big5"}
_WORDS |= {"cp932": "Shift-JIS", "euc_jp": "EUC-JP", "cp949": "CP949", "cp1251": "Windows-1251", "koi8-r": "KOI8-R"}
_WIDE = ("utf-16", "utf-32")
_SEVERAL = ("gb", "big5", "cp9", "euc", "shift", "iso2022", "hz", "johab")
"""How the encodings begin in which a letter is several bytes, which may look like those of UTF-8."""
_PROLOG = re.compile(r"\A(\s*<\?xml\b[^>]*?)\s+encoding\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_LEAD = re.compile(rb"[\xc2-\xf4]")
_CHANCE = 4
"""Fewer letters of Chinese may be UTF-8 by chance."""
_VALUE = re.compile(rb"[^<>\"&\r\n]+")
"""What stands between signs that are part of a letter in no encoding."""
_IN_A_WORD = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")
_GUESSED = ("gb18030", "big5", "cp932", "euc-jp", "cp949", "windows-1251", "koi8-r", "windows-1252")
"""What is told apart by its bytes alone: East Asian, Cyrillic and Western letters."""
_SURE = 0.15
"""Western letters seem Cyrillic to chardet with less confidence."""
_MOST_BYTES = 1 << 17
"""So many bytes of values that are not UTF-8 are looked at."""
_SIDE_BY_SIDE = re.compile(rb"[\x80-\xff]{4}")
"""So letters of Chinese and Korean stand, and Western ones hardly ever."""


class _Chosen(NamedTuple):
    """The encoding, empty where the bytes are UTF-8 without a mark; whether values are of others; what is in doubt."""

    encoding: str
    doubts: str = ""
    is_mixed: bool = False


def utf8(stream: BinaryIO, name: str, note: Note, encoding: str = "") -> BinaryIO:
    r"""A stream of the same text in UTF-8 without a mark, at its beginning: the stream itself where it is that already.

    `encoding` is the one that a person names.  A byte that the encoding does not know is read as Windows-1252, and the
    report says so.  An XML declaration loses its encoding where that is no longer true.

    Raises UsageError where `encoding` is none that is known.

    >>> import io
    >>> with utf8(io.BytesIO(b"Caf\xe9 au lait, na\xefve"), "menu", lambda finding: None) as stream:
    ...     stream.read().decode()
    'Café au lait, naïve'
    """
    stream.seek(0)
    head = stream.read(_HEAD)
    named = known(encoding) if encoding else ""
    if encoding and not named:
        raise UsageError(f"--encoding: no encoding is called {encoding!r}; write one such as utf-8, gb18030 or cp1252")
    chosen = _checked(stream, named) if named else _chosen(stream, head)
    stream.seek(0)
    if chosen.doubts:
        remedy = "name the right one" if named else "if that is wrong, name the encoding"
        note(Finding("", "warning", "", name, f"{chosen.doubts}; {remedy} with --encoding"))
    if not chosen.encoding:
        return stream
    copy = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    first = True
    for part in (_mixed if chosen.is_mixed else _texts)(stream, chosen.encoding):
        # What the document says of its encoding is no longer true.
        whole = _PROLOG.sub(r"\1", part.lstrip("\ufeff")) if first else part
        first = first and not part
        copy.write(whole.encode("utf-8", "replace"))
    copy.seek(0)
    return cast("BinaryIO", copy)


def text(raw: bytes, name: str, note: Note, encoding: str = "") -> str:
    """The text of bytes that are no stream: what `utf8` makes of them."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        spool.write(raw)
        with utf8(cast("BinaryIO", spool), name, note, encoding) as stream:
            return stream.read().decode("utf-8-sig")


def known(encoding: str) -> str:
    """The encoding of that name, in its widest form; empty where there is none for text.

    >>> known("latin-1"), known("GB2312"), known("klingon"), known("base64")
    ('cp1252', 'gb18030', '', '')
    """
    try:
        found = codecs.lookup(encoding)
        "".encode(found.name)
    except LookupError:
        return ""
    return _WIDER.get(found.name, found.name)


def probe(head: bytes) -> bytes:
    """The beginning of a document as UTF-8 where it shows that it is UTF-16 or UTF-32, else as it is.

    >>> probe("<a/>".encode("utf-16-be"))
    b'<a/>'
    """
    wide = next((encoding for mark, encoding in _MARKS[1:] if head.startswith(mark)), "") or _wide(head)
    return head[: len(head) // 4 * 4].decode(wide, "replace").lstrip("\ufeff").encode() if wide else head


def _western(raw: bytes) -> str:
    """Windows-1252; its five empty places are controls, as they are in Latin-1."""
    return "".join(bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in raw)


def _windows(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    return _western(fault.object[fault.start : fault.end]), fault.end


_HANDLER = "shelfgraph-windows-1252"
codecs.register_error(_HANDLER, _windows)


def _texts(stream: BinaryIO, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(_HANDLER)
    more = True
    while more:
        chunk = stream.read(_CHUNK)
        more = bool(chunk)
        yield decoder.decode(chunk, final=not more)


def _mixed(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """Yield the text of a document whose values are of several encodings, this one among them."""
    for part in _lines(stream):
        texts, place = [], 0
        for match in _VALUE.finditer(part):
            texts += [part[place : match.start()].decode(), _value(match[0], encoding)]
            place = match.end()
        yield "".join([*texts, part[place:].decode()])


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes in parts that cut no value of usual length."""
    kept = b""
    while chunk := stream.read(_CHUNK):
        data = kept + chunk
        cut = max(data.rfind(b"<"), data.rfind(b"\n")) + 1 or len(data)
        yield data[:cut]
        kept = data[cut:]
    yield kept


def _value(raw: bytes, encoding: str) -> str:
    r"""One value, in UTF-8, in the encoding of others, or else byte by byte.

    >>> _value("Größe".encode(), "gb18030"), _value("王小明".encode("gb18030"), "gb18030"), _value(b"Caf\xe9", "big5")
    ('Größe', '王小明', 'Café')
    """
    several = encoding.startswith(_SEVERAL)
    for one in ("utf-8", encoding) if several or encoding != "cp1252" else ():
        is_chance = one == "utf-8" and several and len(_LEAD.findall(raw)) < _CHANCE and not _IN_A_WORD.search(raw)
        try:
            text = raw.decode(one)
        except UnicodeDecodeError:
            continue
        if not is_chance or raw.isascii():
            return text
    return raw.decode("utf-8", _HANDLER)


def _checked(stream: BinaryIO, encoding: str) -> _Chosen:
    """The encoding that a person names, and where the bytes are not of it."""
    place = _fault(stream, encoding)
    words = _WORDS.get(encoding, encoding)
    return _Chosen(encoding, "" if place is None else f"byte {place} is no {words}, and is read as Windows-1252")


def _chosen(stream: BinaryIO, head: bytes) -> _Chosen:
    """The encoding that the bytes show or declare."""
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "") or _wide(head)
    if marked:
        return _checked(stream, marked)
    match = _DECLARED.search(head)
    declared = (match[1] or match[2] or match[3]).decode("ascii") if match else ""
    said = known(declared) if declared else ""
    doubts = ""
    place = _fault(stream, "utf-8")
    if said not in {"", "utf-8", "ascii"}:
        # What is UTF-8 throughout is hardly anything else; and what ASCII says to be UTF-16 is not.
        is_utf8 = place is None and not (said.startswith(_SEVERAL) and _letters(stream) < _CHANCE)
        if not is_utf8 and not said.startswith(_WIDE) and _fault(stream, said) is None:
            return _Chosen(said)
        doubts = f"not in the encoding that it declares ({declared})"
    if place is None:
        return _Chosen("utf-8", f"{doubts}; read as UTF-8") if doubts else _Chosen("")
    guess = _guessed(stream, said if said.startswith(_SEVERAL) else "")
    read_as = _WORDS.get(guess, guess)
    return _Chosen(guess, f"{doubts or f'not UTF-8 (byte {place})'}; read as {read_as}", is_mixed=True)


def _wide(head: bytes) -> str:
    """UTF-16 or UTF-32 without a mark: the empty bytes beside ASCII show it."""
    sample = head[: len(head) // 4 * 4]
    if len(sample) < 8 or b"\0" not in sample:
        return ""
    empty = [sample[place::4].count(0) * 8 >= len(sample) for place in range(4)]
    shapes = {
        (False, True, False, True): "utf-16-le",
        (True, False, True, False): "utf-16-be",
        (False, True, True, True): "utf-32-le",
        (True, True, True, False): "utf-32-be",
    }
    return shapes.get((empty[0], empty[1], empty[2], empty[3]), "")


def _fault(stream: BinaryIO, encoding: str) -> int | None:
    """The place of the first byte that is not of the encoding, None where all are."""
    if encoding == "cp1252":
        return None
    stream.seek(0)
    decoder, before = codecs.getincrementaldecoder(encoding)(), 0
    more = True
    while more:
        chunk = stream.read(_CHUNK)
        more = bool(chunk)
        try:
            decoder.decode(chunk, final=not more)
        except UnicodeDecodeError as fault:
            return before + fault.start
        before += len(chunk)
    return None


def _letters(stream: BinaryIO) -> int:
    """How many letters of UTF-8 that are not ASCII stand at the beginning."""
    stream.seek(0)
    return len(_LEAD.findall(stream.read(_CHUNK)))


def _guessed(stream: BinaryIO, declared: str) -> str:
    """The encoding of the values that are not UTF-8: the declared one where most are of it, else what chardet finds."""
    stream.seek(0)
    values: list[bytes] = []
    size = 0
    for part in _lines(stream):
        found = [value for value in _VALUE.findall(part) if not _is(value, "utf-8")]
        values += found
        size += sum(map(len, found))
        if size > _MOST_BYTES:
            break
    if declared and sum(_is(value, declared) for value in values) * 2 > len(values):
        return declared
    dense = [value for value in values if _SIDE_BY_SIDE.search(value)]
    guess = _detected(values)
    # A single Western value makes the whole no Chinese.
    return _detected(dense) if guess == "cp1252" and len(dense) * 2 > len(values) else guess


def _detected(values: list[bytes]) -> str:
    found = chardet.detect(b"\n".join(values), include_encodings=_GUESSED)
    guess = known(found["encoding"] or "") or "cp1252"
    return guess if guess.startswith(_SEVERAL) or found["confidence"] >= _SURE else "cp1252"


def _is(value: bytes, encoding: str) -> bool:
    try:
        value.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
