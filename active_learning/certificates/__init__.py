"""Auto-labels under certificates: scored, audited by people, certified, looked at, accepted.

A run goes through these states in short writes, so that a kill at any instant repeats nothing.
`autolabel.py` does the arithmetic; here is the record. No test or validation item is ever touched.
"""
