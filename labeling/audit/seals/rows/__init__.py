"""Rows of append-only tables in the chain, each by itself, whether an event names it or not.

A table is sealed in the order of a number that only grows. No rule of the domain may live here.
"""
