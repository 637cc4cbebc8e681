import numpy as np
import pytest

from melodyrl.env.bound_density import DENSEST, FADE, Densities
from rewards import rhythm


def after(density: np.ndarray, onset: bool) -> np.ndarray:
    return FADE * density + (1.0 - FADE) * DENSEST * onset


def at(densities: Densities, values: np.ndarray, density: np.ndarray) -> np.ndarray:
    return np.array([densities.at(values, float(each)) for each in density])


@pytest.fixture(params=[0.4, 1.25, 3.0])
def densities(request) -> Densities:
    return Densities(request.param)


def test_no_density_lies_outside_and_the_wanted_one_is_a_vertex(densities):
    vertices = densities.vertices

    assert vertices[0] == 0.0
    assert vertices[-1] >= DENSEST
    assert np.abs(vertices - densities.wanted).min() == 0.0


def test_without_an_onset_a_function_is_as_it_was(densities):
    rng = np.random.default_rng(0)
    values = rng.normal(size=len(densities.vertices)).astype(np.float32)
    some = rng.uniform(0.0, DENSEST, 500)

    assert at(densities, densities.faded(values), some) == pytest.approx(
        at(densities, values, after(some, False)), abs=1e-4
    )


def test_after_an_onset_a_function_is_nowhere_lower(densities):
    rng = np.random.default_rng(1)
    values = rng.normal(size=len(densities.vertices)).astype(np.float32)
    some = rng.uniform(0.0, DENSEST, 500)

    raised = at(densities, densities.struck(values), some)

    assert (raised >= at(densities, values, after(some, True)) - 1e-5).all()


def test_after_an_onset_a_line_stays_one(densities):
    line = (2.0 * densities.vertices - 3.0).astype(np.float32)

    assert densities.struck(line) == pytest.approx(2.0 * after(densities.vertices, True) - 3.0)


def test_the_pull_is_hardly_above_that_of_rhythm(densities):
    some = np.random.default_rng(2).uniform(0.0, DENSEST, 500)
    late = np.zeros(rhythm.GAP_CLASSES)

    def real(density: np.ndarray | float) -> np.ndarray:
        return rhythm.rhythm(0, 16, 5, density, densities.wanted, False, 0, late)

    for event, pull in enumerate(densities.pull):
        exact = (real(some) - real(densities.wanted))[..., event]
        excess = at(densities, pull, some) - exact
        assert (excess >= -1e-5).all()
        assert (excess <= 0.08).all()
        assert excess.mean() <= 0.01
