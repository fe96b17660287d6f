"""A signal is how a picture, a text or a link is normalised and compared.

Every signal has the shape of `interface.Signal`. Every module here is pure, with no clock, network
or storage. Plain references are written to be checked against published vectors and by eye;
compiled ones, such as `pdq_fast`, are compared with them.
"""
