"""Self-consistency: an annotator's own earlier questions come again, and nothing tells them.

A re-ask is the next pass of an item, for one person; it is paid and is no vote.
Draws and opens; what was answered is compared by the answers.
"""
