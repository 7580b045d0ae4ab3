"""The record as every source delivers it: an identity and flat fields, in the order of the source."""

from __future__ import annotations

import msgspec

NOBODY = -1
"""The place of a field that is not there: a grant without a funder belongs to it."""


class Field(msgspec.Struct, frozen=True, omit_defaults=True):
    """One value of a record: what the source says, under the name that the source gives it.

    `name` is `schema.element` or `schema.element.qualifier`, as DSpace writes it (`dc.contributor.author`); values
    that a page shows outside its metadata table have the pseudo-schema `view`.  `language` is the code exactly as given
    (`en_HK`), None where the source gives none.  `authority` and `confidence` are DSpace's authority control
    (confidence 600 accepted … -1 unset).  `place` is the position in the source, from 1.

    `name_type` is what the source says that a named agent is: `person`, `organisation`, `family`, `event`, or
    `whole`: no person whose name has a family and a given part; a `work` is no agent, but a related work by its title.
    `identifiers` are web addresses that the source gives to what the value names.  `of` is the place of the field to
    which the value belongs (an affiliation to its author, a grant to its funder), 0 where the source does not say,
    NOBODY where it says that there is none.  `since` is the date from which on the value holds (a licence that begins
    some months after publication), as far as the source gives it, empty where it gives none.
    """

    name: str
    value: str
    language: str | None = None
    authority: str | None = None
    confidence: int | None = None
    place: int = 0
    name_type: str | None = None
    identifiers: tuple[str, ...] = ()
    of: int = 0
    since: str = ""


class File(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file (bitstream) of a record; `size` in bytes, `size_text` as printed where only a rounded size is known.

    `access` is who may have it, in the words or by the address that the source uses; `available` the date from which on
    anybody may; `licence` what may be done with it, where that is said of the file itself.
    """

    name: str
    url: str | None = None
    media_type: str | None = None
    format: str | None = None
    size: int | None = None
    size_text: str | None = None
    checksum: str | None = None
    checksum_algorithm: str | None = None
    description: str | None = None
    bundle: str | None = None
    access: str | None = None
    available: str | None = None
    licence: str | None = None


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a provider says to have had a record from: one `originDescription` of OAI-PMH, word by word.

    `namespace` is that of the metadata there, `harvested` when they were taken from there, `altered` whether the
    provider has changed them since.
    """

    base_url: str
    identifier: str
    datestamp: str
    namespace: str
    harvested: str
    altered: bool = True


class Via(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a record came: what the repository that gave it calls it, its clock, its name here, its endpoint, the format.

    It differs from what the record says of itself where that repository passes on what it has from another.
    """

    identifier: str
    datestamp: str | None = None
    source: str = ""
    base_url: str = ""
    namespace: str = ""


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """One record of a repository, flat, verbatim, and knowing nothing of RDF.

    `identifier` is the source's own (an OAI identifier, else the handle, else the address).  `handle` is bare
    (`10722/129504`), None where the source names none.  `datestamp` is the source's clock of changes, as given.
    `sets` are the set specifications or collection names.  `source` is the name of the repository, empty when unknown.
    `via` is how it came, None where that was no harvest and no repository between says another identity; `origins` are
    the stations before that, as they were said, the last one first.  `erased` says that nothing is left of it, not even
    that it was; such a record is kept nowhere.
    """

    identifier: str
    handle: str | None = None
    datestamp: str | None = None
    sets: tuple[str, ...] = ()
    deleted: bool = False
    fields: tuple[Field, ...] = ()
    files: tuple[File, ...] = ()
    source: str = ""
    via: Via | None = None
    origins: tuple[Origin, ...] = ()
    erased: bool = False

    @property
    def listed(self) -> Via:
        """What it is called where it came from, and so whose it is here: what it says of itself gives it to nobody.

        >>> Record("oai:a:1", source="a").listed.source
        'a'
        >>> Record("oai:a:1", source="a", via=Via("oai:b:9", source="b")).listed.source
        'b'
        """
        return self.via or Via(self.identifier, self.datestamp, self.source)

    @property
    def is_passed_on(self) -> bool:
        """Whether the repository that gave it has it from another, whose identity it bears."""
        via = self.listed
        return (via.identifier, via.source) != (self.identifier, self.source)

    @property
    def text(self) -> str:
        r"""All values in the order of the source, a line each, then the names of the files.

        >>> Record("r", fields=(Field("dc.title", "A"), Field("dc.type", "Article"))).text
        'A\nArticle'
        """
        return "\n".join([*(field.value for field in self.fields), *(file.name for file in self.files)])

    def values(self, name: str) -> list[str]:
        """The values of one field, in order.

        >>> Record("r", fields=(Field("dc.title", "A"), Field("dc.type", "Article"))).values("dc.title")
        ['A']
        """
        return [field.value for field in self.fields if field.name == name]
