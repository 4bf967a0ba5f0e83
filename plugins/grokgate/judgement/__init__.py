"""Floor 4: what the evidence amounts to. Pure over observations and evidence; nothing here sends or replays anything."""
