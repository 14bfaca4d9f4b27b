"""The practice conversation: which question, which follow-up, what comes next.

Knows no terminal and no particular grader; prints nothing.
"""
