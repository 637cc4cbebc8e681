"""How tests look at the page and touch it."""

import time


def wait_until(page, expression, argument=None, timeout_s=5.0):
    """Wait until a JavaScript expression holds.

    Not Playwright's wait_for_function: it evaluates inside the page, which our CSP forbids.
    """
    deadline = time.monotonic() + timeout_s
    while not page.evaluate(expression, argument):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(10)


def voices(page):
    return set(page.evaluate("melodyrl.voices"))


def wait_for_voices(page, expected):
    deadline = time.monotonic() + 5
    while voices(page) != expected:
        assert time.monotonic() < deadline, (voices(page), expected)
        page.wait_for_timeout(10)


def key(pitch):
    return f'#piano [data-pitch="{pitch}"]'


def middle(page, selector):
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.9
