"""What tests of several packages share: a fresh database per test, Chromium, the closing count.

Nothing here stands in for a part of the hub: stores, servers and browsers are real ones.
"""
