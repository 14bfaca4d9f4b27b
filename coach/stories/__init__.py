"""The STAR story bank, the audit of shipped features, and what a CV and a job text say.

Shows nothing; keeps nothing itself (the store does).
"""
