"""What annotators have done: answers, earnings, time, and who is active.

Sums beside the rows they come from, moved in the same transaction.
"""
