"""``roadflare bench rolling`` and ``bench tune``: days judged, and prices set on other days."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from kernel.errors import InvalidInput

TRAIN_FROM = 100
"""Prices are set on days from this seed on, and judged on days before it."""

_City = Annotated[str, typer.Option(help="A city of `roadflare city list`.")]
_Minutes = Annotated[float, typer.Option(min=1, max=1440, help="Besides half an hour of warm-up.")]
_Workers = Annotated[int, typer.Option(min=1, help="Days played at the same time.")]
_Data = Annotated[Path, typer.Option(envvar="ROADFLARE_DATA_DIR")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON only.")]
_Save = Annotated[
    str | None,
    typer.Option(help="Name in benchmarks/results; other loads of the same city stay in it."),
]


def rolling(
    *,
    city: _City = "demo",
    loads: Annotated[str, typer.Option(help="Times the usual calls an hour.")] = "0.8,1.0,1.2",
    first_seed: Annotated[int, typer.Option(min=0)] = 0,
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="How many days.")] = 10,
    minutes: _Minutes = 450,
    policy: Annotated[list[str] | None, typer.Option(help="Repeat; else all.")] = None,
    set_value: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting of the optimizer's day: prices.coverage_cny=2."),
    ] = None,
    contractors: Annotated[
        bool, typer.Option(help="Without: own units are all the help there is, for every policy.")
    ] = True,
    clairvoyant_seconds: Annotated[float, typer.Option(min=0.1, help="To solve a day.")] = 20,
    resume: Annotated[
        Path | None,
        typer.Option(
            help="Keep each day in this file as it ends; those in it are not played again. "
            "Of committed code only."
        ),
    ] = None,
    workers: _Workers = 2,
    save: _Save = None,
    data_dir: _Data = Path(".cache/data"),
    as_json: _Json = False,
) -> None:
    """Play days under each policy, the same for each, beside one who knew them in advance.

    A day is a shift of eight hours. It takes a policy about 80 seconds of a processor at load 1
    (the clairvoyant its solving), more at higher loads: ten days, three loads and all policies
    about two and a half hours of one processor, half of that with two. ``--loads``, ``--seeds``,
    ``--minutes`` and ``--policy`` bound it; ``--resume`` lets a run that was stopped go on where it
    was. CNY is what an incident costs in all: waiting, lateness, driving and contractors.
    """
    from benchmarks.provenance import provenance
    from benchmarks.rolling.figures import policy_figures
    from benchmarks.rolling.journal import Journal
    from benchmarks.rolling.play import DayTask, by_policy, play_all, settings_with

    made = provenance()  # the code that is played, whatever is changed meanwhile
    values = _settings(set_value or ())
    wanted = _loads(loads)
    policies = _policies(policy or ())
    with settings_with(values) as file:
        tasks = [
            DayTask(
                city, data_dir, name, load, seed, minutes, file, clairvoyant_seconds, contractors
            )
            for load in wanted
            for seed in range(first_seed, first_seed + seeds)
            for name in policies
        ]
        journal = None if resume is None else Journal(resume, made, values)
        outcomes = {} if journal is None else journal.played(tasks)
        if outcomes:
            typer.echo(f"{len(outcomes)} of {len(tasks)} days are in {resume}", err=True)
        outcomes |= play_all(
            [it for it in tasks if it not in outcomes],
            workers=workers,
            tell=lambda it: typer.echo(it, err=True),
            note=(lambda *_: None) if journal is None else journal.note,
        )
    about = {"city": city, "minutes": minutes, "set": values, "contractors": contractors}
    days = list(range(first_seed, first_seed + seeds))
    found = {
        f"{load:g}": {"seeds": days, **policy_figures(by_policy(outcomes, policies, load))}
        for load in wanted
    }
    result = {**made, **about, "loads": found}
    if save is not None:
        result = _merged(save, result, about)
    typer.echo(json.dumps(result) if as_json else _table(result["loads"]))


def tune(
    setting: Annotated[str, typer.Argument(help="NAME=VALUE,VALUE,...: prices.coverage_cny=0,2.")],
    *,
    city: _City = "demo",
    load: Annotated[float, typer.Option(min=0.01)] = 1.0,
    first_seed: Annotated[int, typer.Option(min=TRAIN_FROM)] = TRAIN_FROM,
    seeds: Annotated[int, typer.Option(min=2, max=1000)] = 20,
    minutes: _Minutes = 450,
    set_value: Annotated[
        list[str] | None, typer.Option("--set", help="Other settings, the same for each value.")
    ] = None,
    workers: _Workers = 2,
    save: Annotated[str | None, typer.Option(help="Name in benchmarks/results.")] = None,
    data_dir: _Data = Path(".cache/data"),
    as_json: _Json = False,
) -> None:
    """Play training days (seeds from 100 on) with each value of a setting, paired by day.

    The first value is what the others are compared with. Take the one that keeps more promises with
    an interval that excludes zero; else the one that drives less without keeping fewer; else the
    first. What a call costs in all says whether more kept promises are worth what contractors
    charge for them. Put it into the city's ``dispatch.toml`` and judge it by ``bench rolling``.
    """
    from benchmarks.provenance import provenance
    from benchmarks.rolling.play import DayTask, play_all, settings_with
    from benchmarks.rolling.tuning import compared

    made = provenance()
    name, options = _values(setting)
    fixed = _settings(set_value or ())
    days = range(first_seed, first_seed + seeds)
    found = []
    for value in options:
        with settings_with({**fixed, name: value}) as file:
            tasks = [DayTask(city, data_dir, "optimizer", load, it, minutes, file) for it in days]
            outcomes = play_all(tasks, workers=workers)
        found.append([outcomes[task] for task in tasks])
        typer.echo(f"{name} = {value}: played", err=True)
    result = {
        **made,
        "city": city,
        "seeds": list(days),
        "load": load,
        "minutes": minutes,
        "set": fixed,
        "setting": name,
        "values": compared(options, found),
    }
    if save is not None:
        _keep(save, result)
    typer.echo(json.dumps(result) if as_json else _tuned(result))


def _settings(pairs: Sequence[str]) -> dict[str, Any]:
    from dispatch.params import changed, load_settings

    values = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        values[name] = _value(text, pair)
    changed(load_settings(), values)  # refuses what cannot be, before any day is played
    return values


def _values(setting: str) -> tuple[str, list[Any]]:
    name, _, text = setting.partition("=")
    options = _value(f"[{text}]", setting)
    for value in options:
        _settings([f"{name}={json.dumps(value)}"])
    if not options:
        raise _refused("/setting", setting, "Give NAME=VALUE,VALUE, e.g. prices.change_cny=1,2,5.")
    return name, options


def _value(text: str, pair: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        remedy = "Give NAME=VALUE with a number or a [list], e.g. prices.coverage_cny=2."
        raise _refused("/set", pair, remedy) from error


def _loads(text: str) -> list[float]:
    try:
        wanted = [float(it) for it in text.split(",")]
    except ValueError:
        wanted = []
    if not wanted or not all(0 < it <= 10 for it in wanted):
        raise _refused("/loads", text, "Give numbers between 0 and 10, e.g. 0.8,1.0,1.2.")
    return wanted


def _policies(names: Sequence[str]) -> tuple[str, ...]:
    from benchmarks.rolling.play import ALL_POLICIES

    for name in names:
        if name not in ALL_POLICIES:
            raise _refused("/policy", name, f"Choose of {', '.join(ALL_POLICIES)}.")
    return tuple(names) or ALL_POLICIES


def _refused(pointer: str, value: str, remedy: str) -> InvalidInput:
    return InvalidInput.one(pointer, "bench.value", f"{value!r} cannot be used.", remedy)


def _merged(name: str, result: dict[str, Any], about: dict[str, Any]) -> dict[str, Any]:
    """Keep a result, with the loads of an earlier run of the same city and settings beside it."""
    from benchmarks.provenance import RESULTS

    path = RESULTS / f"{name}.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    before = {"contractors": True} | before  # results of when there was no choice
    same = all(before.get(key) == value for key, value in about.items())
    made = {key: result[key] for key in ("measured_at", "commit", "uncommitted_changes")}
    ours = {load: {**found, "made": made} for load, found in result["loads"].items()}
    loads = {**(before["loads"] if same else {}), **ours}
    result = {**result, "loads": dict(sorted(loads.items()))}
    _keep(name, result)
    return result


def _keep(name: str, result: dict[str, Any]) -> None:
    from benchmarks.provenance import RESULTS

    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _table(loads: dict[str, Any]) -> str:
    lines = []
    for load, policies in loads.items():
        title = f"load {load}, {len(policies['seeds'])} days"
        lines.append(
            f"{title:<18}{'kept':>8}{'urban':>8}"
            f"{'p50':>9}{'p90':>9}{'p99':>9}{'urban p99':>11}"
            f"{'drive/job':>11}{'late':>6}{'contr.':>8}{'CNY':>6}"
        )
        for name, it in policies.items():
            if name in {"made", "seeds"}:
                continue
            response = it["response_s"]
            lines.append(
                f"{name:<18}{it['share_within_target']:>8.1%}"
                f"{_percent(it.get('urban_share_within_target')):>8}"
                f"{response['p50'] / 60:>5.1f} min{response['p90'] / 60:>5.1f} min"
                f"{response['p99'] / 60:>5.1f} min{_minutes(it.get('urban_response_s')):>11}"
                f"{it['drive_s_per_job'] / 60:>7.1f} min"
                f"{it['late']:>6}{it.get('by_contractor', ''):>8}"
                f"{_whole(it.get('cny_per_incident')):>6}{_gained(it.get('optimizer_gain'))}"
            )
    return "\n".join(lines)


def _minutes(response_s: dict[str, float | None] | None) -> str:
    p99 = (response_s or {}).get("p99")
    return "" if p99 is None else f"{p99 / 60:.1f} min"  # not told by older results either


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"  # not told by results of before it was counted


def _whole(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"  # nobody counts what the clairvoyant costs


def _gained(gain: dict[str, Any] | None) -> str:
    if gain is None:
        return ""
    low, high = gain["points_ci"]
    return (
        f"   optimizer {gain['points']:+.1f} points ({low} to {high}), "
        f"{gain['driving_saved']:.0%} less driving"
    )


def _tuned(result: dict[str, Any]) -> str:
    lines = [f"{result['setting']}, {len(result['seeds'])} days, load {result['load']:g}"]
    lines.append("response: mean, p50, p90, p99 in minutes, and p99 against that of the first")
    for it in result["values"]:
        low, high = it["points_ci"]
        lines.append(
            f"{json.dumps(it['value']):>24}{it['share_within_target']:>8.1%}"
            f"{it['points']:>+7.2f} ({low} to {high})"
            f"{it['urban_share_within_target']:>8.1%} urban"
            f"{it['drive_s_per_job'] / 60:>7.1f} min a job ({it['driving_saved']:+.1%})"
            f"{it['late']:>5} late"
            f"{''.join(f'{s / 60:>6.1f}' for s in it['response_s'].values())}"
            f"{it['p99_ratio']:>6.2f} ({it['p99_ratio_ci'][0]} to {it['p99_ratio_ci'][1]})"
            f"{it['by_contractor']:>6} by contractors{it['cny_per_incident']:>7.1f} CNY a call"
        )
    return "\n".join(lines)
