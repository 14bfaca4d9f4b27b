"""Frozen nouns that rooms hand to one another. Nothing here reads a file, asks a model or shows anything."""
