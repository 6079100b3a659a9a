"""Chaos: real transfers by robots on the real stack, with faults drawn from a seed.

An outsider as the robots are: it starts and breaks processes and lines, and knows no product code.
"""
