"""Known answers: hidden gold, training that teaches, the test before real work.

Says which known item a person gets next and what their answers on them are worth, pauses on
evidence and hears appeals. Knows no lease and no vote; `tasks` and `annotations` call it.
"""
