"""Promises in plain words, tried on real servers."""
