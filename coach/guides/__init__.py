"""The corpus and the user's own documents: read, checked, cut into passages, indexed, searched.

The only door to langchain and chromadb; grades nothing.
"""
