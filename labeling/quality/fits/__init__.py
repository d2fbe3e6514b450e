"""Full fits of the truth: each is a version, says what it flipped, and calibrates the confidence.

`compute` runs in the compute child on files, `fitting` writes what it found in short turns;
`confidence` and `changes` read what was written.
"""
