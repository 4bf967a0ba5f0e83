"""Floor 0: what is talked about. Frozen values; no I/O, no pytest, standard library only (a provider's host imports them)."""
