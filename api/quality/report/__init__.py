"""The quality report: one HTML file that needs no network, in English or Chinese.

`page.py` puts it together, `charts.py` draws, `words.py` speaks, `markup.py` escapes everything.
"""
