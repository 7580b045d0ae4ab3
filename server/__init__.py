"""Graph → the world: the web application."""
