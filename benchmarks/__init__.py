"""Benchmarks: `python -m benchmarks.NAME --json [--quick]` prints one JSON object per line.

Each measures this hub beside a peer in one run, CPU seconds beside wall seconds. The packages of
the hub never import from here; `results/` keeps the lines that the documentation quotes.
"""
