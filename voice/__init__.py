"""The LiveKit agents: the host that keeps a caller company, and the briefer that briefs agent B."""
