"""Query text → result bytes: workers that can be killed, and the SPARQL protocol."""
