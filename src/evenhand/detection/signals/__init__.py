"""A signal is how a picture, a text or a link is normalised and compared.

Every module here is a plain reference: pure, with no clock, network or storage, written to be
checked against published vectors. Faster kernels and indexes are compared against these.
"""
