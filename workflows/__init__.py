"""The two durable lives: of a call, and of a transfer. They decide; activities act."""
