"""Each invariant can fail: it notices its mutants, and no weaker check does."""

import pytest

import mutants
import weaker
from invariants import ALL
from source import written
from subject import Subject


@pytest.mark.parametrize("mutant", mutants.ALL, ids=lambda mutant: mutant.name)
def test_is_noticed(mutant):
    with pytest.raises(AssertionError):
        ALL[mutant.noticed_by](Subject(mutant.template()))


def test_every_invariant_has_a_mutant():
    assert {mutant.noticed_by for mutant in mutants.ALL} == set(ALL)


@pytest.fixture(scope="module")
def found():
    """What SAM, cfn-lint and checkov say of the template as it is (under ""), and of each mutant."""
    templates = {"": written()} | {mutant.name: mutant.template() for mutant in mutants.ALL}
    return weaker.check(templates)


def test_weaker_checks_pass_the_template(found):
    assert found[""] == set()


# What a weaker check notices too needs no invariant; these few are here to show that the weaker checks work.
NOTICED_BY_OTHERS = {}


@pytest.mark.parametrize("mutant", mutants.ALL, ids=lambda mutant: mutant.name)
def test_no_weaker_check_notices(mutant, found):
    assert found[mutant.name] == NOTICED_BY_OTHERS.get(mutant.name, set())
