"""Each package says what it is for, and each test says what it proves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.sources import PACKAGES, place, python_files, tree_of

Function = ast.FunctionDef | ast.AsyncFunctionDef


def silent_tests(tree: ast.Module) -> Iterator[Function | ast.ClassDef]:
    """Yield the test classes, tests and fixtures of a module that have no docstring."""
    for node in ast.walk(tree):
        if not isinstance(node, Function | ast.ClassDef):
            continue
        if _must_speak(node) and not ast.get_docstring(node):
            yield node


def _must_speak(node: Function | ast.ClassDef) -> bool:
    """Tests speak; so does every named thing at the top that others may use."""
    if isinstance(node, ast.ClassDef):
        return not node.name.startswith("_")
    is_fixture = any("fixture" in ast.unparse(mark) for mark in node.decorator_list)
    return is_fixture or re.match(r"test_", node.name) is not None


class TestPackages:
    """A reader who opens a folder is told in a few lines what lives there."""

    def test_every_package_says_what_lives_there(self) -> None:
        """Each `__init__.py` of the shipped packages has a docstring."""
        silent = [
            place(path, 1)
            for path in python_files(*PACKAGES, "migrations", "benchmarks")
            if path.name == "__init__.py" and not ast.get_docstring(tree_of(path))
        ]
        assert silent == []


class TestTests:
    """A failing test tells its reader which promise is broken."""

    def test_every_test_says_what_it_proves(self) -> None:
        """Each test, fixture and class under tests/ has a docstring."""
        silent = [
            f"{place(path, node.lineno)} {node.name}"
            for path in python_files("tests")
            for node in silent_tests(tree_of(path))
        ]
        assert silent == []

    def test_a_silent_test_is_found(self) -> None:
        """The rule can fail: in the sample, the method and the fixture without words are named."""
        sample = (
            'class TestX:\n    """Words."""\n    def test_silent(self): ...\n'
            '    def test_speaks(self):\n        """Proves."""\n'
            "@pytest.fixture\ndef silent_fixture(): ...\n"
            "def _helper(): ...\n"
        )
        found = [node.name for node in silent_tests(ast.parse(sample))]
        assert sorted(found) == ["silent_fixture", "test_silent"]
