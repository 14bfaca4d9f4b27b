"""What is generated for readers of the documentation; no part of the program."""
