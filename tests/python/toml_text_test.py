"""TOML as the program writes it."""
import pytest

from fullforce.toml_text import read_toml, write_toml

TEXT = r'''
[run]
seed = 1                        # everything random follows from it
output = "a \"folder\" # no comment \u00e9"     # a comment
[network]
noise = 1e-05
big = 1_000
flag = true
literal = 'C:\no escapes'
list = ["a", "b"]
'''


def test_values():
    assert read_toml(TEXT) == {
        "run": {"seed": 1, "output": 'a "folder" # no comment é'},
        "network": {"noise": 1e-05, "big": 1000, "flag": True, "literal": r"C:\no escapes", "list": ["a", "b"]}}


def test_what_is_written_is_read():
    sections = {"run": {"seed": 7, "output": 'tab\t"quote"\\'}, "task": {"hint": False, "x": 0.1}}
    assert read_toml(write_toml(sections)) == sections


@pytest.mark.parametrize("text", ["[a]\nno key", "[a]\nkey = yes", '[a]\nkey = "open', "key ="])
def test_what_is_no_toml_is_told_by_its_line(text):
    with pytest.raises(ValueError, match="line [12]"):
        read_toml(text)
