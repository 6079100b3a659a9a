"""Bare yardsticks: what the vendors' SDKs alone need for one step, nothing of ours around it."""
