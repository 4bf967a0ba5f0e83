"""Many calls on many workers: what each amounts to, each counted once, and what all of them show."""
