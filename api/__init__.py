"""The doors: HTTP under /v1, the command line, the page.

Endpoints parse, authorise, call one service function and return; they hold no rule and no SQL.
`runtime.py` wires everything; nothing below `api` knows that it exists.
"""
