"""Dated steps, oldest first; each file's name is its revision. A released step never changes."""
