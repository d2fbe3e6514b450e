"""Vendors by file: an order goes out, its return is imported once, whatever the file repeats.

An order reserves its money and holds its slots at once; an accepted judgment becomes an annotation
like any other. Parses no request and knows no HTTP.
"""
