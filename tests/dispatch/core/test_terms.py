"""Each term of the objective: once charged, with the amount worked by hand, and once not."""

from dataclasses import replace

import pytest

from dispatch.core.evaluate import charges, evaluate
from dispatch.core.model import Coverage, LatenessCurve, Lock, Option, Prices, Visit
from tests.dispatch.core.small import commitment, job, problem, repair, unit


def terms(given, **sequences):
    named = {u: [tuple(it.split(":")) for it in jobs] for u, jobs in sequences.items()}
    return evaluate(given, named).terms


def test_drive_is_charged_by_the_minute_there_and_home():
    given = problem((unit("u", 0, end_place=0),), (job("j", repair(10)),))
    assert terms(given, u=["j:repair"])["drive"] == pytest.approx(20)


def test_drive_is_not_charged_where_the_unit_goes_anyway():
    given = problem((unit("u", 0, end_place=20),), (job("j", repair(10)),))
    assert terms(given, u=["j:repair"])["drive"] == pytest.approx(0)


def test_lateness_follows_the_steps_of_the_curve():
    curve = LatenessCurve(((0, 2.0), (300, 5.0)))
    given = problem((unit("u", 0),), (job("j", repair(20), target_min=10, lateness=curve),))
    assert terms(given, u=["j:repair"])["lateness"] == pytest.approx(5 * 2 + 5 * 5)


def test_lateness_is_not_charged_at_the_target():
    given = problem((unit("u", 0),), (job("j", repair(20), target_min=20),))
    assert terms(given, u=["j:repair"])["lateness"] == 0


def test_lateness_counts_arrival_not_the_start_of_service():
    late = job("j", repair(20), target_min=20, earliest_s=3600)
    given = problem((unit("u", 0),), (late,))
    assert terms(given, u=["j:repair"])["lateness"] == 0


def test_breach_is_charged_once_when_late():
    curve = LatenessCurve(((0, 0.0),), breach_cny=40)
    given = problem((unit("u", 0),), (job("j", repair(20), target_min=19, lateness=curve),))
    assert terms(given, u=["j:repair"])["breach"] == 40


def test_breach_is_not_charged_in_time():
    curve = LatenessCurve(((0, 0.0),), breach_cny=40)
    given = problem((unit("u", 0),), (job("j", repair(20), target_min=20, lateness=curve),))
    assert terms(given, u=["j:repair"])["breach"] == 0


def test_wait_is_charged_from_now_to_arrival():
    given = problem((unit("u", 0),), (job("j", repair(8), wait_cny_per_min=0.5),))
    assert terms(given, u=["j:repair"])["wait"] == pytest.approx(4)


def test_wait_is_not_charged_before_the_earliest_time():
    asked_for = job("j", repair(8), wait_cny_per_min=0.5, earliest_s=8 * 60)
    given = problem((unit("u", 0),), (asked_for,))
    assert terms(given, u=["j:repair"])["wait"] == 0


def test_overtime_is_charged_beyond_the_shift():
    given = problem((unit("u", 0, shift_end_s=15 * 60),), (job("j", repair(10)),))
    assert terms(given, u=["j:repair"])["overtime"] == pytest.approx(2 * 5)


def test_overtime_that_is_there_anyway_is_not_charged():
    busy = unit("u", 0, shift_end_s=0, available_s=600)
    given = problem((busy,), (job("j", repair(0, 0)),))
    assert terms(given, u=["j:repair"])["overtime"] == 0


def test_unassigned_is_charged_for_a_job_left_out():
    given = problem((unit("u", 0),), (job("j", repair(1), unassigned_cny=77),))
    assert terms(given)["unassigned"] == 77


def test_unassigned_is_not_charged_for_a_job_done():
    given = problem((unit("u", 0),), (job("j", repair(1), unassigned_cny=77),))
    assert terms(given, u=["j:repair"])["unassigned"] == 0


def two_ways():
    swap = Option("swap", frozenset(), (Visit(1, 0),), price_cny=30)
    return problem((unit("u", 0),), (job("j", repair(1), swap),))


def test_option_charges_its_price():
    assert terms(two_ways(), u=["j:swap"])["option"] == 30


def test_option_without_a_price_is_free():
    assert terms(two_ways(), u=["j:repair"])["option"] == 0


def given_to_u(lock, **details):
    return problem(
        (unit("u", 0), unit("v", 0)),
        (job("j", repair(1)), job("k", repair(2))),
        commitment("j", "u", lock, **details),
        prices=Prices(change_cny=9.0),
    )


def test_change_is_charged_when_another_unit_gets_the_job():
    assert terms(given_to_u(Lock.FREE), v=["j:repair"])["change"] == 9


def test_change_is_not_charged_to_the_same_unit_later_in_its_route():
    assert terms(given_to_u(Lock.FREE), u=["k:repair", "j:repair"])["change"] == 0


def test_release_is_charged_when_another_unit_gets_the_job_and_change_is_not():
    charged = terms(given_to_u(Lock.FULL, start_s=60, release_cny=25.0), v=["j:repair"])
    assert (charged["release"], charged["change"]) == (25, 0)


def test_release_is_charged_when_another_job_goes_first():
    given = given_to_u(Lock.FULL, start_s=60, release_cny=25.0)
    assert terms(given, u=["k:repair", "j:repair"])["release"] == 25


def test_release_is_charged_when_the_job_is_left_out():
    assert terms(given_to_u(Lock.FULL, start_s=60, release_cny=25.0))["release"] == 25


def test_release_is_not_charged_when_the_commitment_is_kept():
    given = given_to_u(Lock.FULL, start_s=60, release_cny=25.0)
    assert terms(given, u=["j:repair", "k:repair"])["release"] == 0


def test_kept_is_charged_once_for_using_the_unit():
    given = problem((unit("u", 0, kept_cny=50),), (job("j", repair(1)), job("k", repair(2))))
    assert terms(given, u=["j:repair", "k:repair"])["kept"] == 50


def test_kept_is_not_charged_for_an_idle_unit():
    given = problem((unit("u", 0, kept_cny=50),), (job("j", repair(1)),))
    assert terms(given)["kept"] == 0


def covering(**details):
    lost = Coverage("repair", tuple(5.0 if place < 10 else 30.0 for place in range(31)))
    return problem(
        (unit("u", 0, coverage=(lost, lost), **details),),
        (job("far", repair(20)), job("near", repair(5))),
    )


def test_coverage_is_charged_where_the_route_ends_in_a_worse_place():
    assert terms(covering(), u=["near:repair", "far:repair"])["coverage"] == 50


def test_coverage_is_not_charged_where_it_ends_as_well_placed_as_before():
    assert terms(covering(), u=["far:repair", "near:repair"])["coverage"] == 0


def test_coverage_pays_for_ending_in_a_better_place():
    given = covering()
    far = replace(given, units=(replace(given.units[0], start_place=25),))
    assert terms(far, u=["near:repair"])["coverage"] == -50


def test_coverage_is_not_charged_for_an_idle_unit_or_one_that_goes_home():
    assert terms(covering())["coverage"] == 0
    assert terms(covering(end_place=0), u=["far:repair"])["coverage"] == 0


def test_every_charge_has_a_sentence_and_the_charges_add_up():
    given = problem(
        (unit("u", 0, kept_cny=5, shift_end_s=0),),
        (job("j", repair(20), target_min=1), job("k", repair(1))),
    )
    plan = evaluate(given, {"u": [("j", "repair")]})
    items = charges(given, plan)
    assert sum(it.cny for it in items) == pytest.approx(plan.cost_cny)
    assert "u reaches j 19 min late." in [it.sentence for it in items]
