"""Floor 1: what people and machines write. Reading, checking against JSON Schemas, and clear refusals."""
