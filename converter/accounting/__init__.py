"""What became of every value of a source: its leaves, counted without the readers."""
