"""What can be asked: one question a file, and one loader."""
