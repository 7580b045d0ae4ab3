"""HTTP as every answer speaks it: negotiation, problem documents, compression, header fields, the path of the base."""
