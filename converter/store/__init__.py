"""Record → archive, store: what is kept on disk, exact under change."""
