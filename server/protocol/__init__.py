"""The protocols of SPARQL over HTTP: `/sparql` with its page for people, and whole graphs at `/graph`."""
