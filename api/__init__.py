"""The front door: thin routes, one gateway that alone speaks Temporal, events out."""
