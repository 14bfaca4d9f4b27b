"""Exercises other than questions: incidents, code to read, trade-offs to phrase, choices to price.

Knows facts and checks of the corpus; grades nothing that the grading room grades, shows nothing.
"""
