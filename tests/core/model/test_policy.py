"""What the admin decided, asked of the policy."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import POLICY


@pytest.mark.parametrize(
    ("orders", "asked", "by_arrival"),
    [
        (("due", "due"), (), False),
        (("arrival", "arrival"), (), True),
        (("arrival", "due"), (), False),
        (("arrival", "due"), (0,), True),
        (("arrival", "due"), (1,), False),
        (("arrival", "due"), (0, 1), False),
    ],
)
def test_a_list_goes_by_arrival_where_each_of_its_departments_does(orders, asked, by_arrival):
    departments = tuple(replace(one, order=order) for one, order in zip(POLICY.departments[:2], orders, strict=True))
    policy = replace(POLICY, departments=departments)
    assert policy.by_arrival([departments[at].name for at in asked]) is by_arrival
