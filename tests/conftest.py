"""What there must be: MELODYRL_REQUIRE=jack,alsa,browser,daw lets no test of those be skipped."""

import atexit
import os
import shutil
import tempfile

import pytest
from hypothesis import settings

# the same commit gets the same verdict; --hypothesis-profile=explore looks where nobody has looked
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("same")

# the user's own takes and config are none of the tests'
HOME = tempfile.mkdtemp(prefix="melodyrl-tests-")
os.environ |= {"XDG_DATA_HOME": HOME, "XDG_CONFIG_HOME": HOME}
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

REQUIRED = {name for name in os.environ.get("MELODYRL_REQUIRE", "").split(",") if name}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    needed = sorted(name for name in REQUIRED if item.get_closest_marker(name))
    if needed and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} was skipped, but MELODYRL_REQUIRE asks for {', '.join(needed)}: "
            f"{call.excinfo.value if call.excinfo else 'marked to be skipped'}"
        )
    return report
