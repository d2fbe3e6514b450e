"""Immutable, content-addressed sets of labelled items, as files with a digest.

A snapshot replayed elsewhere gives the same digest; test items and their groups are kept out.
Knows no trainer and no model.
"""
