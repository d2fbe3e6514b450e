"""One installation copied to a folder and back: the store, and the files beside it, by digest.

Reads beside a running hub and stops nobody. Knows files and the store, no noun's rules.
"""
