"""Files out: the finished file with its labels, and the record of every answer, in a stream.

Pages are read by key, each in a transaction of its own, so that nobody waits for an export.
Knows no model: predictions come from a function that is handed in.
"""
