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


# These two show that the weaker checks work. Their invariants have other mutants beside them, which no other check notices.
NOTICED_BY_OTHERS = {
    "all_of_ec2_on_everything": {"CKV_AWS_107", "CKV_AWS_109", "CKV_AWS_111"},
    "logs_anywhere": {"CKV_AWS_111"},
}


@pytest.mark.parametrize("mutant", mutants.ALL, ids=lambda mutant: mutant.name)
def test_no_weaker_check_notices(mutant, found):
    assert found[mutant.name] == NOTICED_BY_OTHERS.get(mutant.name, set())


def test_every_invariant_has_a_mutant_that_it_alone_notices():
    alone = {mutant.noticed_by for mutant in mutants.ALL if mutant.name not in NOTICED_BY_OTHERS}
    assert alone == set(ALL)
