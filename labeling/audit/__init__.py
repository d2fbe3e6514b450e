"""The append-only record of who changed what, from what, to what, sealed in a hash chain.

Every write of a person or a job adds one event in its own transaction; a background turn seals
them off the hot path. Holds no rule of any noun: it is written to by every other package.
"""
