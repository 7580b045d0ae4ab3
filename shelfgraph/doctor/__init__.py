"""The doctor: what is well at an endpoint or a linked-data site, and what is not."""
