"""Letters that wait to be sent, and what became of them.

The link inside a letter is made when it goes out. How a letter travels is the caller's affair.
"""
