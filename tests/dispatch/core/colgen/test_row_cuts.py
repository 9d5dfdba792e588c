"""Cuts over jobs and units: every plan keeps them, and fractions that break them are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.core.colgen.closing import reduced
from dispatch.core.colgen.cut_kernel import reduced_costs
from dispatch.core.colgen.listed import Listed
from dispatch.core.colgen.master import Master
from dispatch.core.colgen.routes import Column
from dispatch.core.colgen.row_cuts import ALL, FAMILIES, RowCut, violated


def counted(cut: RowCut, route: Sequence[int]) -> int:
    return sum(cut.rows.count(row) for row in route) // cut.over


def partitions(items: list[int]) -> Iterator[list[list[int]]]:
    """Yield every way to split items into groups."""
    if not items:
        yield []
        return
    first, *rest = items
    for groups in partitions(rest):
        yield [[first], *groups]
        for at, group in enumerate(groups):
            yield [*groups[:at], [first, *group], *groups[at + 1 :]]


def as_rows(routes: Sequence[Sequence[int]]) -> np.ndarray:
    width = max(len(it) for it in routes)
    return np.array([[*it, *[-1] * (width - len(it))] for it in routes], dtype=np.int64)


@pytest.mark.parametrize("kind", range(len(ALL.over)))
def test_no_plan_breaks_a_cut_and_some_plan_uses_it_up(kind: int) -> None:
    cut = ALL.cut(kind, range(5))
    rows = sorted(set(cut.rows))
    sums = [sum(counted(cut, group) for group in groups) for groups in partitions(rows)]
    assert max(sums) == cut.most


def test_there_are_all_orders_of_the_weights_of_each_family() -> None:
    assert len(ALL.over) == 1 + 1 + 20 + 10 + 5 + 30 + 10 + 30
    assert {tuple(sorted(it, reverse=True)) for it in ALL.weights} == {it for it, _ in FAMILIES}


def test_halves_of_two_routes_of_one_unit_and_of_a_third_one_are_cut_off() -> None:
    ann, bob, one, two = 0, 1, 2, 3
    rows = as_rows([(one, ann), (one, bob), (two, ann, bob)])
    assert violated(rows, np.full(3, 0.5), 4, (), fives=False) == [RowCut((ann, bob, one))]
    known = {RowCut((ann, bob, one))}
    assert violated(rows, np.full(3, 0.5), 4, known, fives=False) == []


def test_halves_around_a_ring_of_five_are_cut_off_by_five_rows_only() -> None:
    rows, used = as_rows([(0, 1), (1, 2), (2, 3), (3, 4), (4, 0)]), np.full(5, 0.5)
    assert violated(rows, used, 5, (), fives=False) == []
    assert violated(rows, used, 5, (), fives=True) == [RowCut((0, 1, 2, 3, 4), 2, 2)]


@st.composite
def fractions(draw: st.DrawFn) -> tuple[list[tuple[int, ...]], list[float]]:
    """Return routes over nine rows, and how much of each is used, no row more than once in all."""
    route = st.sets(st.integers(0, 8), min_size=1, max_size=4).map(lambda it: tuple(sorted(it)))
    routes = draw(st.lists(route, min_size=4, max_size=14, unique=True))
    weights = [draw(st.integers(1, 4)) for _ in routes]
    load = max(
        sum(n for it, n in zip(routes, weights, strict=True) if row in it) for row in range(9)
    )
    return routes, [n / load for n in weights]


@settings(max_examples=200, deadline=None)
@given(fractions())
def test_what_is_found_is_broken_and_no_plan_of_these_routes_breaks_it(
    drawn: tuple[list[tuple[int, ...]], list[float]],
) -> None:
    routes, used = drawn
    for cut in violated(as_rows(routes), np.array(used), 9, (), fives=True):
        spent = sum(n * counted(cut, it) for it, n in zip(routes, used, strict=True))
        assert spent > cut.most + 0.01
        assert most_of_a_plan(routes, cut) <= cut.most


def most_of_a_plan(routes: list[tuple[int, ...]], cut: RowCut) -> int:
    """Return how much routes without a common row count at most."""
    if not routes:
        return 0
    first, *rest = routes
    beside = [it for it in rest if not set(it) & set(first)]
    return max(most_of_a_plan(rest, cut), counted(cut, first) + most_of_a_plan(beside, cut))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_reduced_costs_count_each_cut_as_often_as_its_rows_say(data: st.DataObject) -> None:
    n_jobs, n_units = 6, 3
    jobs = data.draw(
        st.lists(st.sets(st.integers(0, n_jobs - 1), max_size=4), min_size=1, max_size=8)
    )
    units = [data.draw(st.integers(0, n_units - 1)) for _ in jobs]
    cuts = [
        ALL.cut(data.draw(st.integers(0, len(ALL.over) - 1)), rows)
        for rows in data.draw(
            st.lists(st.permutations(range(9)).map(lambda it: it[:5]), max_size=4)
        )
    ]
    duals, unit_duals = np.arange(1.0, n_jobs + 1), -np.arange(1.0, n_units + 1)
    cut_duals = -np.arange(2.0, len(cuts) + 2)
    of_row = [[c for c, cut in enumerate(cuts) for it in cut.rows if it == row] for row in range(9)]
    found = reduced_costs(
        np.full(len(jobs), 100.0),
        np.array(units),
        as_rows([sorted(it) or [-1] for it in jobs]),
        duals,
        unit_duals,
        as_rows([it or [-1] for it in of_row]),
        np.array([cut.over for cut in cuts], dtype=np.int64),
        cut_duals,
    )
    for at, (done, unit) in enumerate(zip(jobs, units, strict=True)):
        route = [*done, n_jobs + unit]
        paid = sum(duals[j] for j in done) + unit_duals[unit]
        paid += sum(dual * counted(cut, route) for cut, dual in zip(cuts, cut_duals, strict=True))
        assert found[at] == pytest.approx(100.0 - paid)


def test_cuts_that_came_after_a_solution_cost_nothing_at_its_duals() -> None:
    master = Master(np.full(3, 100.0), 2)
    columns = [Column(0, (0, ()), (0, 1), 5.0), Column(1, (1, ()), (1, 2), 6.0)]
    master.add(columns)
    solution = master.solve()
    assert solution is not None
    width = (len(columns), 1)
    listed = Listed(
        np.zeros(len(columns), dtype=np.int64),
        np.zeros(width, dtype=np.int64),
        np.zeros(len(columns), dtype=np.int64),
        np.array([0, 1]),
        np.array([[0, 1], [1, 2]]),
        np.array([5.0, 6.0]),
    )
    before = reduced(listed, master, solution)
    master.cut([RowCut((0, 1, 2)), RowCut((0, 1, 3))])
    assert reduced(listed, master, solution).tolist() == before.tolist()
