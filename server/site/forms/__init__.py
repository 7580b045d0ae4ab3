"""A work → the documents of those who cite it, one form a module; what a form cannot say, it leaves out."""
