"""Callers and agents made of code, with real WebRTC and voices of their own.

Outsiders: they speak HTTP, server-sent events and LiveKit, as any client of the product does.
"""
