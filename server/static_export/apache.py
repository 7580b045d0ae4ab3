"""What Apache gets so that the files of an export answer as the site does: an `.htaccess`, and a table beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from server.documents.redirects import PATTERNS
from server.documents.resources import PROFILE_FILE, PROFILE_PAGE, PUBLISHED_AT
from server.static_export.configuration_text import ELSEWHERE, LISTED, either, escaped, path, plain
from server.static_export.export_files import NOTES
from server.static_export.media_types import ALONE, ANSWERS, NODES, by_suffix, forms, suffixes
from server.static_export.resource_files import GONE, MARK
from server.static_export.site_files import RUNNING

RULES, MOVED = ".htaccess", "apache-moved.txt"


def table(moved: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the same table as a text for RewriteMap, whose keys have no blanks."""
    yield from (f"{tried} {place.partition('/')[2]}\n" for tried, place in moved if " " not in tried)


def rules(base: str) -> Iterator[str]:
    """Yield the `.htaccess` of the folder."""
    prefix, endings = path(base), either(suffixes())
    mark = f"%{{DOCUMENT_ROOT}}{prefix}/{GONE}"
    yield f"""# For Apache 2.4.26 or later, with AllowOverride FileInfo Indexes Options.  An export
# writes it anew.
# In the configuration of the server itself: AllowEncodedSlashes On, and for what is known by another identifier
# RewriteMap shelfgraph txt:FOLDER/{NOTES}/{MOVED}
DirectoryIndex index.html
DirectorySlash Off
Options -Indexes
<IfModule mod_headers.c>
Header always set Access-Control-Allow-Origin "*"
Header always merge Vary Accept
</IfModule>
"""
    # Of several that fit the last is taken.
    for suffix, media_type in reversed(by_suffix().items()):
        yield f'<FilesMatch "{plain(suffix)}$">\nForceType "{escaped(media_type)}"\n</FilesMatch>\n'
    for name, media_type in ALONE.items():
        yield f'<If "%{{REQUEST_URI}} == \'{prefix}/{name}\'">\nForceType "{escaped(media_type)}"\n</If>\n'
    for suffix, media_type in ANSWERS.items():
        answer = f"^{prefix}/queries/[^/]+{plain(suffix)}$"
        yield f'<If "%{{REQUEST_URI}} =~ m#{answer}#">\nForceType "{media_type}"\n</If>\n'
    yield f'<If "%{{REQUEST_URI}} =~ m#^{prefix}/{NODES[0]}[0-9TZ]+/[0-9]+/[0-9]+$#">\nForceType "{NODES[1]}"\n</If>\n'
    yield f"""ErrorDocument 410 "/%{{REQUEST_URI}}"
ErrorDocument 501 "{ELSEWHERE}"
RewriteEngine On
RewriteBase {prefix}/
RewriteRule ^\\.shelfgraph(?:/|$) - [R=404,L]
RewriteCond %{{ENV:REDIRECT_STATUS}} !=410
RewriteCond "{mark}/$1{MARK}" -f
RewriteRule ^(?:item|record|source)/(.+?)(?:{endings})?/?$ - [R=410,L]
RewriteRule ^(?:{"|".join(RUNNING)})(?:[/.]|$) - [R=501,L]
RewriteCond %{{QUERY_STRING}} .
RewriteRule ^queries/ - [R=501,L]
RewriteCond %{{HTTP_ACCEPT}} text/html [NC]
RewriteRule ^{PUBLISHED_AT}/?$ {PUBLISHED_AT}/{PROFILE_PAGE} [R=303,L]
RewriteRule ^{PUBLISHED_AT}/?$ {PUBLISHED_AT}/{PROFILE_FILE} [R=303,L]
RewriteCond %{{QUERY_STRING}} (?:^|&)page=([2-9]|[1-9][0-9]{{1,8}})(?:&|$)
RewriteRule ^((?:{LISTED}).*?)({endings})?$ $1/page/%1$2 [R=301,L,QSD]
RewriteRule ^((?:{LISTED})(?:/.+)?)/page/1({endings})?$ $1$2 [R=301,L]
RewriteCond "${{shelfgraph:item/$2}}" ^(.+)$
RewriteRule ^(item|record)/(.+?)({endings})?/?$ $1/%1$3 [R=301,L,NE]
RewriteCond "${{shelfgraph:$1/$2}}" ^(.+)$
RewriteRule ^({"|".join(kind for kind in PATTERNS if kind != "item")})/(.+?)({endings})?/?$ $1/%1$3 [R=301,L,NE]
"""
    for media_type, suffix in forms().items():
        if suffix != ".html":
            for rule, file in (("^item/(.+?)/?$", f"record/$1{suffix}"), ("^(.+?)/?$", f"$1{suffix}")):
                yield f'RewriteCond %{{HTTP_ACCEPT}} "{plain(media_type)}" [NC]\n'
                yield f"RewriteCond %{{HTTP_ACCEPT}} !text/html [NC]\n{_file(rule, file, prefix)}"
    for rule, file in {"^(.+?)/?$": "$1/index.html", "^(.+)$": "$1.html", "^(.*)$": "$1.ttl"}.items():
        yield _file(rule, file, prefix)


def _file(rule: str, file: str, prefix: str) -> str:
    """Send a file where it is there."""
    return f'RewriteCond "%{{DOCUMENT_ROOT}}{prefix}/{file}" -f\nRewriteRule {rule} "{file}" [L]\n'
