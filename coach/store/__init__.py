"""The user's own data in one SQLite file: profile, sessions, answers, drafts, grades.

Keeps and returns; decides nothing about questions, follow-ups or marks.
"""
