"""Interview coach for AI product managers: practice, grading of written answers, grader evals."""

__version__ = "0.2.0"
