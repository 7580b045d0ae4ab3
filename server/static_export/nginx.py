"""What nginx is given so that the files of an export answer as the site does: a part for `http`, a part for `server`.

It states the media types, the forms of an address by Accept, what was withdrawn (410), what is known by another
identifier (301), where the page of a list is (301), and what only a running site answers (501).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from server.documents.redirects import PATTERNS
from server.documents.resources import PROFILE_FILE, PROFILE_PAGE, PUBLISHED_AT
from server.static_export.configuration_text import ELSEWHERE, LISTED, either, path, plain, quoted
from server.static_export.export_files import NOTES
from server.static_export.media_types import ALONE, ANSWERS, NODES, by_suffix, forms, suffixes
from server.static_export.resource_files import GONE, MARK
from server.static_export.site_files import RUNNING

TABLES, SERVER = "nginx-http.conf", "nginx-server.conf"
_LONGEST = 400
"""Bytes of an address that a table takes."""


def tables(base: str, moved: Iterable[tuple[str, str]], count: int) -> Iterator[str]:
    """Yield what stands in `http`: tables of what an address means; `moved` are so many."""
    prefix, endings = path(base), either(suffixes())
    yield "# For http { } of nginx; nginx-server.conf is for server { }.  An export writes this file anew.\n"
    yield f"map_hash_bucket_size 1024;\nmap_hash_max_size {max(2048, 2 * count)};\n\n"
    yield "# What is asked for by Accept, as far as a browser does not.\n"
    yield 'map $http_accept $shelfgraph_form {\n    default "";\n    "~*text/html" "";\n'
    for media_type, suffix in forms().items():
        if suffix != ".html":
            yield f"    {quoted('~*' + plain(media_type))} {suffix};\n"
    yield "}\n\n# The thing that an address is of, with its folder, without the suffix of a form.\n"
    yield 'map $uri $shelfgraph_thing {\n    default "";\n'
    tail = f"(?<shelfgraph_name>.+?)(?<shelfgraph_suffix>{endings})?/?$"
    for folders, thing in (("item|record", "item"), ("|".join(kind for kind in PATTERNS if kind != "item"), "")):
        begin = f"~^{prefix}/(?<shelfgraph_folder>{folders})/"
        yield f'    {quoted(begin + tail)} "{thing or "$shelfgraph_folder"}/$shelfgraph_name";\n'
    yield "}\n\n# The file that says that a record is gone.\n"
    yield 'map $uri $shelfgraph_gone {\n    default "";\n'
    record = f"~^{prefix}/(?:item|record|source)/(?<shelfgraph_gone_name>.+?)(?:{endings})?/?$"
    yield f'    {quoted(record)} "{prefix}/{GONE}/$shelfgraph_gone_name{MARK}";\n'
    yield "}\n\n# What sends it: another part for each type that is given by more than the end of a name.\n"
    yield "map $uri $shelfgraph_gone_by {\n    default @shelfgraph_gone;\n"
    for suffix in _double():
        yield f"    {quoted(f'~{plain(suffix)}$')} @shelfgraph_gone{suffix};\n"
    yield "}\n\n# Where a thing is that is asked for by another identifier.\n"
    yield 'map $shelfgraph_thing $shelfgraph_moved {\n    default "";\n'
    for tried, place in moved:
        if len(tried.encode()) <= _LONGEST:
            yield f"    {quoted(tried)} {quoted(place.partition('/')[2])};\n"
    yield "}\n\n# Where a page is that is asked for in a query string, or by the number of the first.\n"
    yield 'map $request_uri $shelfgraph_page {\n    default "";\n'
    asked = rf"~^(?<shelfgraph_list>{prefix}/(?:{LISTED})[^?]*?)(?<shelfgraph_of>{endings})?\?(?:[^#]*&)?page="
    number = r"(?<shelfgraph_number>[2-9]|[1-9][0-9]{1,8})(?:&|$)"
    yield f'    {quoted(asked + number)} "$shelfgraph_list/page/$shelfgraph_number$shelfgraph_of";\n'
    first = rf"~^(?<shelfgraph_first>{prefix}/(?:{LISTED})(?:/[^?]+)?)/page/1(?<shelfgraph_ending>{endings})?(?:\?|$)"
    yield f'    {quoted(first)} "$shelfgraph_first$shelfgraph_ending";\n'
    yield "}\n"


def server(base: str) -> Iterator[str]:
    """Yield what stands in `server`, whose root is the folder of the export."""
    prefix = path(base)
    yield "# For server { } of nginx, with nginx-http.conf in http { }.  An export writes this file anew.\n"
    yield f"# The export must stand at {prefix}/ below root.\n" if prefix else "# root is the folder of the export.\n"
    yield from _types({})
    yield "default_type application/octet-stream;\ncharset off;\nabsolute_redirect off;\n"
    yield "add_header Access-Control-Allow-Origin * always;\nadd_header Vary Accept always;\n\n"
    yield "error_page 410 $shelfgraph_gone_by;\nif (-f $document_root$shelfgraph_gone) {\n    return 410;\n}\n"
    yield 'if ($shelfgraph_page != "") {\n    return 301 $shelfgraph_page;\n}\n'
    yield 'if ($shelfgraph_moved != "") {\n'
    yield f"    return 301 {prefix}/$shelfgraph_folder/$shelfgraph_moved$shelfgraph_suffix;\n}}\n\n"
    yield "location @shelfgraph_gone {\n"
    yield f"    try_files $uri {prefix}/record/$shelfgraph_gone_name$shelfgraph_form $uri/index.html =410;\n}}\n"
    yield f"location {prefix}/{NOTES}/ {{\n    return 404;\n}}\nlocation = {prefix}/.htaccess {{\n    return 404;\n}}\n"
    yield f"location ~ ^{prefix}/(?:{'|'.join(RUNNING)})(?:[/.]|$) {{\n    default_type text/plain;\n"
    yield f"    return 501 {quoted(ELSEWHERE)};\n}}\n"
    yield f"location {prefix}/queries/ {{\n    default_type text/plain;\n"
    yield f"    if ($args) {{\n        return 501 {quoted(ELSEWHERE)};\n    }}\n"
    yield from _types(ANSWERS)
    yield "    try_files $uri $uri/index.html =404;\n}\n"
    yield f"location = {prefix}/{PUBLISHED_AT} {{\n    if ($http_accept ~* text/html) {{\n"
    yield f"        return 303 {prefix}/{PUBLISHED_AT}/{PROFILE_PAGE};\n    }}\n"
    yield f"    return 303 {prefix}/{PUBLISHED_AT}/{PROFILE_FILE};\n}}\n"
    for suffix, media_type in _double().items():
        for place, missing in ((f"~ {plain(suffix)}$", 404), (f"@shelfgraph_gone{suffix}", 410)):
            yield f"location {place} {{\n    types {{ }}\n    default_type {quoted(media_type)};\n"
            yield f"    try_files $uri ={missing};\n}}\n"
    for name, media_type in ALONE.items():
        yield f"location = {prefix}/{name} {{\n    types {{ }}\n    default_type {quoted(media_type)};\n}}\n"
    yield f"location ~ ^{prefix}/{NODES[0]}[0-9TZ]+/[0-9]+/[0-9]+$ {{\n"
    yield f"    default_type {quoted(NODES[1])};\n    try_files $uri$shelfgraph_form $uri =404;\n}}\n"
    yield f"location ~ ^{prefix}/item/(?<shelfgraph_item>.+?)/?$ {{\n"
    yield f"    try_files {prefix}/record/$shelfgraph_item$shelfgraph_form $uri/index.html =404;\n}}\n"
    yield f"location {prefix}/ {{\n"
    yield "    try_files $uri $uri$shelfgraph_form $uri/index.html $uri.html $uri.ttl =404;\n}\n"


def _double() -> dict[str, str]:
    """Suffix → media type, where the suffix has two points; nginx looks at what stands behind the last."""
    return {suffix: media_type for suffix, media_type in by_suffix().items() if suffix.count(".") > 1}


def _types(others: Mapping[str, str]) -> Iterator[str]:
    """Yield the media types by suffix, a few of them others."""
    yield "types {\n"
    for suffix, media_type in {**by_suffix(), **others}.items():
        if suffix.count(".") == 1:
            yield f"    {quoted(media_type)} {suffix[1:]};\n"
    yield "}\n"
