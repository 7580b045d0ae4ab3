"""The parsers that the crosswalk may name in its column `parser`; each kind of value says what it does with its own."""

from __future__ import annotations

from collections.abc import Mapping

PARSERS: Mapping[str, str] = {
    "agency|number": "one row of a funding table: agency, a bar, grant number",
    "agent": "a person or an organisation where source, identifiers or form of the name show which, else an agent",
    "citation-count": "a source and a number of citations",
    "datetime": "a day as its first moment",
    "doi": "a DOI",
    "eu-project": "an OpenAIRE grant agreement, or the name of a project",
    "funder-id": "the identifier of a funder",
    "issued": "a date of issue; it decides the year of publication",
    "mail": "an e-mail address",
    "mesh": "a MeSH heading with its qualifiers",
    "metric": "a yearly figure of a journal",
    "name=key": "a name, an equals sign and a key",
    "name-mail": "a name, a colon and an e-mail address",
    "name-value": "a name, colons and a value",
    "number": "the number of a grant",
    "org": "an organisation",
    "org-by-position": "the organisation of the author at the same place",
    "country": "a country by its name, or by its code of ISO 3166-1 or MARC",
    "own-number": "the number of the grant that the record itself is",
    "copyright": "a date of copyright; it decides the year of publication where no date of issue or publication does",
    "published-online": "a date of publication online; it decides the year of publication after one in print",
    "published-print": "a date of publication in print; it decides the year of publication where no date of issue does",
    "undefined": "a date of which the source does not say what it is the date of",
    "person": "a person, whose role only persons have; an organisation where source or name say so",
    "plain": "a text that the vocabulary wants without a language",
    "publisher": "a publisher, with the web site of a journal behind its name",
    "range": "a range of pages",
    "series-number": "the title of a series, a semicolon and a number",
    "sniff": "an identifier of whatever scheme it shows",
    "source": "journal, volume, issue and pages as OJS writes them, or the ISSN of the journal",
    "split-comma": "several keywords between semicolons, else between commas",
    "title": "the title of a container, or its address",
    "uri": "an identifier of whatever scheme it shows, most often an address",
    "uuid": "the UUID of a related record",
}
"""Parser → what it reads.  Identifiers need none: their scheme names the rule that reads them."""
