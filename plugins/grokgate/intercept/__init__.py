"""Floor 2: what stands between a provider and the network, and sees all that leaves."""
