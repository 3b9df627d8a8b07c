"""What must be true of the template and no other tool looks at. Each has mutants that it alone catches (mutants.py)."""

ALL = {}


def invariant(check):
    """Takes a function of a Subject that asserts; its name says the rule."""
    ALL[check.__name__] = check
    return check


from . import data, entrance, identity, rights, schedule, settings, watching  # noqa: E402,F401
