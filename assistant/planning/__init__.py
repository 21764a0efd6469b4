"""A learning path laid out in weeks for one learner, changed as they go, and written out."""

from assistant.planning.model import DOING, Deadline, Milestone, Plan, Step, base
from assistant.planning.plan import HOURS_PER_WEEK, plan

__all__ = ["DOING", "HOURS_PER_WEEK", "Deadline", "Milestone", "Plan", "Step", "base", "plan"]
