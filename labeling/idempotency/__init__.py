"""Replies kept under a client's key, so that a repeated request has one effect.

For the rare requests that create something; an answer has its own `client_key`. Knows no request.
"""
