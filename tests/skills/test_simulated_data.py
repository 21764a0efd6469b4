"""Data that a program of ours makes: invoices in layouts."""

from collections import Counter

from skills.data import load
from skills.data.office_forms import FIELDS
from skills.language.robotic_process import solution as reader


def test_forms_are_the_same_each_time_and_hold_each_field_once():
    forms = load("office_forms")
    assert forms == load("office_forms")
    assert Counter(form.layout for form in forms) == dict.fromkeys(range(12), 60)
    for form in forms[::20]:
        assert len(form.words) == len(form.labels)
        assert all(form.truth()[field] in " ".join(form.words) for field in FIELDS)
        assert all(form.truth().values())


def test_rules_read_the_layouts_they_were_written_for_and_not_all_others():
    forms = load("office_forms")[::6]
    right = [(form.known, reader.by_rules(form.words) == form.truth()) for form in forms]
    assert all(whole for known, whole in right if known)
    assert not all(whole for known, whole in right if not known)
