"""Text → terms: small pure functions that know nothing of records."""
