"""Who answers: workforces (in-house, crowd, vendor, model) and their annotators, with prices.

An annotator is a person's or a vendor worker's place in one project, known by a pseudonym.
Knows no task and no answer.
"""
