"""Bytes → Record: one adapter a source; `detect` picks the one that fits."""
