"""Floor 1: what xAI answers. Pure: a request in, a recorded answer or an explained miss out."""
