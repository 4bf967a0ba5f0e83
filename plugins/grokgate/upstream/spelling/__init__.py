"""How an endpoint writes what every one of them says: one form of request and answer, and a module per spelling of it."""
