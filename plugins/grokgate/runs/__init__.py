"""What a verb does: a gate, a live run, a soak, a rehearsal, a sign-off, the kill matrix. No click, and no hooks of pytest."""
