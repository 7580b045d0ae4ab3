"""The site as files for a plain web server, byte for byte as the application answers; a generation in, files out."""
