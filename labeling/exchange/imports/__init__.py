"""Files in, as jobs: streamed, resumable at any row, cancellable, idempotent by key.

What a file says beside its items (labels, scores) becomes legacy answers or predictions here.
Knows no model and no HTTP server.
"""
