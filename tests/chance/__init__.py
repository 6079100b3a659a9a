"""Chance plays on the stage: everything people, servers and ops may do, in any order."""
