"""Two ways to learn one task, with the same few steps: a table, and a network with replay.

    python examples/07_compare.py [steps]

Prints their curves in percent of the exact optimum. All methods: `melodyrl compare`.
"""

import sys
import time

from melodyrl.learn.compare.course import Course
from melodyrl.learn.compare.own import learn_q
from melodyrl.learn.compare.referee import Budget, Referee
from melodyrl.learn.compare.tabular import learn_table

steps = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
course = Course(progressions=16)
for name, earned in course.levels().items():
    print(f"{name:24}{100 * earned / course.best:6.1f} %")

for name, learn in (("Q-learning, table", learn_table), ("DQN", learn_q)):
    referee = Referee(Budget(seconds=60, steps=steps), course.earned, time.process_time)
    learn(referee, seed=1)
    for point in referee.points[:: len(referee.points) // 4]:
        percent = 100 * point.earned / course.best
        print(f"{name:18}{point.steps:6,}{percent:6.1f} %  {point.seconds:.1f} s")
