"""rules/*.toml -> Rulebook: compiled patterns, checked names, and the tests inside the files."""

from mailgate.rulebook.load import Rulebook, load, run_tests
from mailgate.rulebook.trial import RuleTest

__all__ = ["RuleTest", "Rulebook", "load", "run_tests"]
