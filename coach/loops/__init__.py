"""A whole interview loop: rounds held by several interviewers, and the committee that decides afterwards.

Decides by rule from what was said and graded; shows nothing.
"""
