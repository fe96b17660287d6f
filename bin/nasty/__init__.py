"""Files that are made to break a decoder, what every decoder answers to them, and more of them.

`corpus` makes them, `pieces` writes their formats by hand so that they can lie, `decoders` lets
everything that opens pictures look at one under limits, and `mutating` changes them at random.
"""
