"""Gold and a grader to measurements: agreement, repeatability, stress, gates.

Prints nothing, reads no settings.
"""
