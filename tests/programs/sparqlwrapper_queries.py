"""What SPARQLWrapper makes of answers, as texts: `sparqlwrapper_queries.py ENDPOINT GET|POST [FORMAT QUERY]...`."""

from __future__ import annotations

import json
import sys
from xml.dom.minidom import Document

import rdflib
from SPARQLWrapper import SPARQLWrapper


def text(found: object) -> str:
    """Tables and truths as they came, a graph as N-Triples."""
    match found:
        case bytes():
            return found.decode()
        case rdflib.Graph():
            return found.serialize(format="nt")
        case Document():
            return found.toxml()
    return json.dumps(found, ensure_ascii=False)


# It would write "01" as 1.
rdflib.NORMALIZE_LITERALS = False
endpoint, method, *asked = sys.argv[1:]
wrapper = SPARQLWrapper(endpoint)
wrapper.setMethod(method)
texts = []
for format_, query in zip(asked[::2], asked[1::2], strict=True):
    wrapper.setReturnFormat(format_)
    wrapper.setQuery(query)
    texts.append(text(wrapper.queryAndConvert()))
json.dump(texts, sys.stdout)
