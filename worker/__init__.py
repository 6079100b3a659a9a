"""Wires ports to activities, and runs workflows."""
