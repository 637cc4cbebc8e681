"""What was worked out ahead is known again by the very objects that it is of."""

import numpy as np

from melodyrl.core.policy.thoughts import Thoughts


def test_a_thought_is_of_these_very_objects():
    thoughts = Thoughts[str](2)
    given = np.zeros(3), np.ones(3)

    thoughts.keep("kept", *given)

    assert thoughts.recall(*given) == "kept"
    assert thoughts.recall(given[0], given[1].copy()) is None
    assert thoughts.recall(given[1], given[0]) is None


def test_the_oldest_thought_makes_room():
    thoughts = Thoughts[int](2)
    given = [np.zeros(1) for _ in range(3)]

    for number, each in enumerate(given):
        thoughts.keep(number, each)

    assert [thoughts.recall(each) for each in given] == [None, 1, 2]
