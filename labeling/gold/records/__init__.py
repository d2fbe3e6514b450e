"""What annotators have shown on known items: scores, tests, results, votes.

The SQL of these rows; what follows from a score is said in `gold.scoring` and `gold.pauses`.
"""
