"""The conversation: understanding, replies, the learner, and the terminal."""
