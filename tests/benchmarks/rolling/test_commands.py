"""Impossible requests are refused before a day is played."""

import pytest
from typer.testing import CliRunner

from benchmarks.commands import app
from kernel.errors import InvalidInput


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        (["rolling", "--loads", "much"], "'much' cannot be used"),
        (["rolling", "--loads", "1,0"], "'1,0' cannot be used"),
        (["rolling", "--policy", "magic"], "'magic' cannot be used"),
        (["rolling", "--set", "prices.coverage_cny=much"], "cannot be used"),
        (["rolling", "--set", "prices.magic=1"], "'prices.magic' is not a setting"),
        (["rolling", "--set", "prices.coverage_cny=-1"], "-1 is not possible"),
        (["tune", "prices.coverage_busy=0,2"], "2 is not possible"),
        (["tune", "prices.coverage_cny="], "cannot be used"),
    ],
)
def test_what_cannot_be_is_told_with_its_value(arguments: list[str], value: str) -> None:
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, InvalidInput)
    assert value in str(result.exception)


def test_prices_are_not_set_on_the_days_that_judge_them() -> None:
    result = CliRunner().invoke(app, ["tune", "prices.change_cny=1,2", "--first-seed", "5"])
    assert result.exit_code == 2
