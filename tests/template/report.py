"""What the checks found, in figures: run after them."""

from collections import Counter

import mutants
from invariants import ALL
from scenarios import BAD, GOOD
from source import ROOT
from test_mutants import NOTICED_BY_OTHERS
from weaker import EXCEPTIONS

REPORTS = ROOT / "target" / "template"


def rows(name):
    """How many rows a table has that a check wrote."""
    return len((REPORTS / name).read_text(encoding="utf-8").splitlines()) - 2


by = Counter(mutant.noticed_by for mutant in mutants.ALL if mutant.name not in NOTICED_BY_OTHERS)
others = NOTICED_BY_OTHERS
print(f"\n{len(mutants.ALL)} mutants, all noticed. {len(mutants.ALL) - len(others)} by an invariant alone, not by SAM, cfn-lint or checkov:")
for name in ALL:
    print(f"  {by[name]}  {name}")
for name, rules in others.items():
    print(f"  {name}: by {', '.join(sorted(rules))} too")
print(f"{len(EXCEPTIONS)} of checkov's rules are not followed, each with a reason in weaker.py.")
print(f"{rows('rights.md')} calls are allowed by the roles: target/template/rights.md says by which statement.")
print(f"{rows('deployed.md')} resources were made: target/template/deployed.md.")
print(f"{len(GOOD)} combinations of parameters are taken, {len(BAD)} wrong ones refused.")
print("Not done here: sam build for arm64 (needs the Rust target), and the SAML provider, which the emulator cannot make.")
