"""The user's own data in one SQLite file: profile, sessions, grades, loops, drills, stories, the plan.

Keeps and returns; decides nothing about questions, follow-ups, plans or marks.
"""
