"""One small evaluation for all tests that read one, and the Chromium of the page's tests."""

import pytest

from melodyrl.measure.evaluation import Evaluator
from melodyrl.measure.people import people
from tests.measure.tunes import TINY, untrained
from tests.web.conftest import browser

__all__ = ["browser"]


@pytest.fixture(scope="session")
def evaluated():
    """An untrained policy through all stages, and the sixteenths that were told of."""
    told: list[int] = []
    stages = Evaluator(untrained(), people(), TINY).stages(lambda what, steps: told.append(steps))
    *_, last = stages
    return last, sum(told)


@pytest.fixture
def found(evaluated):
    return evaluated[0]
