"""The product's words as types. Imports nothing of ours and no vendor."""
