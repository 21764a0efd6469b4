"""What judges the learner's own code: in a process of its own, by what it does.

process    starts the child, holds it to its limits, returns a Verdict
child      loads the learner's file, runs `check_…` functions on it, sends results as JSON
tools      what a check function is handed: data, reference, comparisons
diagnosis  watches libraries and reads the syntax tree, and names known mistakes
variants   the mutants and alternatives of an exercise, as whole programs
verify     holds the checks themselves to account
"""
