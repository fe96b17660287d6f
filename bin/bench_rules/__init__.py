"""Measures rules: one event at a time against other ways of doing it, and history by the million.

Figures are printed and never asserted; how many rules match is checked to be the same everywhere.
"""
