"""Learners side by side on one task: the same features, the same reward, the same budget."""
