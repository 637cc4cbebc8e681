"""The mind: a state, a judgement of every action in it, and policies that choose one."""
