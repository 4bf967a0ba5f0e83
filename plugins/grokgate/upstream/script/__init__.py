"""Answers whose content is said beforehand: in the shape of those on tape, with ids, usage and cost of their own."""
