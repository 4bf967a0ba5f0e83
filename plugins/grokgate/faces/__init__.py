"""Floor 5: what people touch. Thin: the command line, and the hooks of pytest."""
