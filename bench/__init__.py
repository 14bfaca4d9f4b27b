"""Measurements of speed and of the graders, and what is fitted from gold; no part of the program."""
