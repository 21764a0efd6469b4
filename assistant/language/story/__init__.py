"""What a learner tells of themselves: the vocabulary (YAML) and the code that reads with it."""
