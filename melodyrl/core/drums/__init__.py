"""A step sequencer: a bar of sixteen steps for sixteen drums, and the rules that it keeps."""
