"""Record → triples: the engine that reads the crosswalk, and the context in which a value is mapped."""
