"""Replay in four parts: what is kept, how it is drawn, by what tree, and how returns add up."""
