"""The queue of reviews: tasks of the review family, and who holds them.

Their SQL; when they open is said in `review.opening`, who gets them in `review.leasing`.
"""
