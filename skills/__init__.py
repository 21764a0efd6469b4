"""What can be practised: exercises that train real models on the learner's own machine."""
