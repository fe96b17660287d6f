"""Measures pictures from bytes to verdict, beside the field's own tools on the same files.

`python -m bin.bench_media` prints everything in one run. Figures depend on the machine and on who
else uses it: times are processor time, the best of several rounds taken in turn, and nothing is
asserted but that every way finds the same.
"""
