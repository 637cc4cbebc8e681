"""A bandmate over MIDI: a policy that listens, and plays along in time and in harmony."""

__version__ = "0.1.0"
