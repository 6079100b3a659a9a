"""`make prove`: everything that is promised, played; its table is `docs/proof.md`."""
