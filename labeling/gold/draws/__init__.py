"""What an annotator is served next of the known items: their place in the stock, and the picks.

Its SQL alone; how often and which is said in `gold.serving`.
"""
