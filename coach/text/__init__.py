"""Handling of text that others wrote: made safe to show, fenced before it is sent."""
