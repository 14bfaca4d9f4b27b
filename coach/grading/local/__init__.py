"""The local grader: a small linear model over words, fitted on eval/gold, explained by signs.

No network, no key, deterministic. It reads no meaning: it knows how answers of each level are worded.
"""

from coach.grading.local.grader import LocalGrader, open_local_grader

__all__ = ["LocalGrader", "open_local_grader"]
