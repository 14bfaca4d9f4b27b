"""Text that others wrote: made safe to show, fenced before it is sent, searched for quotes and phrases.

Knows wording alone: no corpus, no grade, no terminal.
"""
