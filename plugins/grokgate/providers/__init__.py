"""Floor 3: who is under test. One small protocol, the adapters for real libraries, and the vehicles that run them."""
