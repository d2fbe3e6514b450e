"""A second person's verdict: which items are looked at, what a verdict changes, what it shows.

Reviews are tasks of the family `review` on settled items; a decided one pins the consensus or
sends the item back to people. Stands on annotations; knows no vendor file and no snapshot.
"""
