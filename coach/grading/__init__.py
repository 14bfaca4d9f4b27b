"""An answer to a grade: by a model that observes while code decides, or by the local grader.

Shows nothing and stores nothing.
"""
