"""The finished file and the record of answers, over HTTP.

`endpoints.py` translates and streams; the rows and formats are `labeling.exchange.export`'s.
Holds no rule of its own.
"""
