"""The way to a language model: port, adapter, limits, prices, Batch API, recordings. Words no prompt.

The only door to openai and tenacity.
"""
