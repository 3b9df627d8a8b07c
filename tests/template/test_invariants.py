"""Each invariant holds for the template as it is."""

import pytest

from invariants import ALL
from source import written
from subject import Subject


@pytest.fixture(scope="module")
def subject():
    return Subject(written())


@pytest.mark.parametrize("name", ALL)
def test_holds(name, subject):
    ALL[name](subject)
