"""A toy exercise with checks of a learner's code, which needs no library and no training."""

CHECKS = """
def check_double(work, tools):
    for seed in tools.seeds:
        value = float(tools.rng(seed).random())
        wrong = {"integer_division": value // 1}
        tools.same(work.double(value), tools.reference.double(value), "double", at=work.double,
                   wrong=wrong)


def check_mean(work, tools):
    values = [1.0, 2.0, 7.0]
    tools.same(work.mean(values), tools.reference.mean(values), "mean")


def check_count(work, tools):
    told, last = tools.drain(work.count(3))
    tools.same(told, [1, 2, 3], "what count yields")
    tools.same(last, 3, "what count returns")
"""
SOLUTION = """
SCALE = 2


def double(x):
    return SCALE * x


def mean(values):
    return sum(values) / len(values)


def count(n):
    for number in range(1, n + 1):
        yield number
    return n
"""
STARTER = SOLUTION.replace("return SCALE * x", 'raise NotImplementedError("TODO 1: double it")')
MUTANTS = """
mutants:
  - {mistake: integer_division, edits: [{find: return SCALE * x, put: return x // 1}]}
  - {mistake: integer_division, edits: [{find: sum(values) / len, put: sum(values) // len}]}
  - {mistake: off_by_one_window, edits: [{find: "range(1, n + 1)", put: "range(1, n)"}]}
alternatives:
  - name: a class and a lambda
    code: |
      double = lambda x: x + x
  - name: a loop
    code: |
      def mean(values):
          total = 0.0
          for value in values:
              total += value
          return total / len(values)
"""
JUDGED = """
judged:
  - {name: double, title: Doubles, hint: What is twice as much as something?}
  - {name: mean, title: Averages, hint: Add them up first and then divide.}
  - {name: count, title: Counts, hint: A generator yields and may return.}
"""
