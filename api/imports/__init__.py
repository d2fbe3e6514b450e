"""Files in: upload or name one, follow its import, see what was refused.

Only translates; the verbs are in `labeling.exchange.imports`.
"""
