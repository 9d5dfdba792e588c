/** What the command bar offers for what was typed. */

import { kindText } from "@roadflare/kit/common_words.ts";
import type { Incident, Unit } from "@roadflare/kit/contract.ts";
import { placeText } from "@roadflare/kit/place_words.ts";
import { setTheme, theme } from "@roadflare/kit/theme.ts";
import { language, speak } from "@roadflare/kit/words.ts";
import { ask, mayChangeEta, mayTakeBackArrival } from "../card/ask.ts";
import { mayCorrectPlace, mayNote } from "../card/correcting.ts";
import { showOnMap } from "../map/view.ts";
import { assign, isLocked, release, setLock, takeBackArrival } from "../store/actions.ts";
import { bellOn, setBell } from "../store/bell.ts";
import {
  bookVisit,
  correctingPlace,
  openUnitCard,
  overlay,
  reportRoad,
  selectedIncident,
  selectIncident,
  tab,
  takeCall,
} from "../store/selection.ts";
import { logOut } from "../store/session.ts";
import { mayDispatch, mayKeepRoads } from "../store/world.ts";
import { t } from "../words.ts";

export interface Command {
  id: string;
  text: string;
  hint?: string;
  keys?: string;
  run: () => void;
}

/** "R-1042" for "1042", "t07" for "T-07": what people leave out when they type. */
export const bare = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

const alone = <T>(found: readonly T[]) => (found.length === 1 ? found[0] : undefined);

/** The incident of a number; else the only one that ends like it. "42" is R-0042's, not R-0142's. */
function incidentOf(typed: string, incidents: readonly Incident[]): Incident | undefined {
  const number = bare(typed);
  const digits = (text: string) => text.replace(/^\D*0*/, "");
  const having = (fits: (name: string) => boolean) =>
    alone(incidents.filter((one) => fits(bare(one.number))));
  return (
    having((name) => name === number) ??
    having((name) => digits(name) === digits(number)) ??
    having((name) => name.endsWith(number))
  );
}

/** "T-07 > 1042" as a unit and an incident, if both exist. */
export function parseAssignment(
  typed: string,
  incidents: readonly Incident[],
  units: readonly Unit[],
): { unit: Unit; incident: Incident } | null {
  const parts = typed.split(/\s*(?:>|→|＞)\s*|\s+/).filter(Boolean);
  const [code, number] = parts;
  if (parts.length !== 2 || !code || !number) return null;
  const unit = units.find((one) => bare(one.code) === bare(code));
  const incident = incidentOf(number, incidents);
  return unit && incident ? { unit, incident } : null;
}

const etaCommand = (incident: Incident): Command => ({
  id: "eta",
  text: t("act.eta"),
  hint: incident.number,
  keys: "F",
  run: () => ask("eta", incident),
});

const notThereCommand = (incident: Incident): Command => ({
  id: "not-there",
  text: t("act.notThere"),
  hint: incident.number,
  keys: "Z",
  run: () => void takeBackArrival(incident),
});

function dispatchCommands(incident: Incident): Command[] {
  return [
    {
      id: "lock",
      text: isLocked(incident) ? t("act.unlock") : t("act.lock"),
      hint: incident.number,
      keys: isLocked(incident) ? "⇧L" : "L",
      run: () => void setLock(incident, isLocked(incident) ? "free" : "unit"),
    },
    {
      id: "release",
      text: t("act.release"),
      hint: incident.number,
      keys: "R",
      run: () => void release(incident),
    },
    {
      id: "contractor",
      text: t("act.contractor"),
      hint: incident.number,
      keys: "C",
      run: () => ask("contractor", incident),
    },
    ...(mayTakeBackArrival(incident) ? [notThereCommand(incident)] : []),
    ...(mayChangeEta(incident) ? [etaCommand(incident)] : []),
    {
      id: "merge",
      text: t("act.merge"),
      hint: incident.number,
      keys: "G",
      run: () => ask("merge", incident),
    },
  ];
}

function correctCommands(incident: Incident): Command[] {
  const correct: Command = {
    id: "correct",
    text: t("act.correct"),
    hint: incident.number,
    keys: "E",
    run: () => {
      selectIncident(incident.id); // whatever lies over its card
      correctingPlace.value = true;
    },
  };
  const note: Command = {
    id: "note",
    text: t("act.note"),
    hint: incident.number,
    keys: "W",
    run: () => ask("note", incident),
  };
  return [...(mayCorrectPlace(incident) ? [correct] : []), ...(mayNote(incident) ? [note] : [])];
}

function incidentCommands(incident: Incident): Command[] {
  return [
    {
      id: "show",
      text: t("map.show"),
      hint: incident.number,
      keys: "M",
      run: () => showOnMap([incident.location.lon, incident.location.lat]),
    },
    ...(mayDispatch.value ? dispatchCommands(incident) : []),
    {
      id: "solve",
      text: t("act.solve"),
      hint: incident.number,
      keys: "S",
      run: () => ask("solve", incident),
    },
    {
      id: "reveal",
      text: t("card.reveal"),
      hint: incident.number,
      keys: "P",
      run: () => ask("reveal", incident),
    },
    ...correctCommands(incident),
    {
      id: "cancel",
      text: t("act.cancel"),
      hint: incident.number,
      keys: "X",
      run: () => ask("cancel", incident),
    },
  ];
}

function roadCommands(): Command[] {
  return [
    { id: "road", text: t("road.report"), keys: "T", run: reportRoad },
    {
      id: "roads",
      text: t("cmd.tabRoads"),
      keys: "O",
      run: () => {
        tab.value = "roads";
      },
    },
  ];
}

function generalCommands(): Command[] {
  return [
    { id: "new", text: t("top.new"), keys: "N", run: takeCall },
    { id: "region", text: t("cmd.region"), run: () => showOnMap("region") },
    {
      id: "incidents",
      text: t("cmd.tabIncidents"),
      keys: "I",
      run: () => {
        tab.value = "incidents";
      },
    },
    {
      id: "units",
      text: t("cmd.tabUnits"),
      keys: "U",
      run: () => {
        tab.value = "units";
      },
    },
    {
      id: "visits",
      text: t("cmd.tabVisits"),
      keys: "V",
      run: () => {
        tab.value = "visits";
      },
    },
    { id: "book", text: t("visit.book"), keys: "B", run: bookVisit },
    ...(mayKeepRoads.value ? roadCommands() : []),
    {
      id: "bell",
      text: t(bellOn.value ? "top.bellOff" : "top.bellOn"),
      run: () => setBell(!bellOn.value),
    },
    {
      id: "theme",
      text: t("top.theme"),
      keys: "D",
      run: () => setTheme(theme.value === "dark" ? "light" : "dark"),
    },
    {
      id: "language",
      text: language.value === "zh" ? "English" : "中文",
      run: () => speak(language.value === "zh" ? "en" : "zh"),
    },
    {
      id: "help",
      text: t("top.help"),
      keys: "?",
      run: () => {
        overlay.value = "help";
      },
    },
    { id: "logout", text: t("top.logout"), run: () => logOut() },
  ];
}

function found(incidents: readonly Incident[], units: readonly Unit[]): Command[] {
  return [
    ...incidents.map((incident) => ({
      id: `incident ${incident.id}`,
      text: t("cmd.incident", { number: incident.number }),
      hint: [placeText(incident.location.text), incident.vehicle.plate].filter(Boolean).join(" · "),
      run: () => selectIncident(incident.id),
    })),
    ...units.map((unit) => ({
      id: `unit ${unit.id}`,
      text: t("cmd.unit", { code: unit.code }),
      hint: `${kindText(unit.kind)} · ${unit.name}`,
      run: () => openUnitCard(unit.id),
    })),
  ];
}

function closedFound(closed: readonly Incident[]): Command[] {
  return closed.map((incident) => ({
    id: `closed ${incident.id}`,
    text: t("cmd.closed", { number: incident.number }),
    hint: [placeText(incident.location.text), incident.vehicle.plate].filter(Boolean).join(" · "),
    run: () => selectIncident(incident.id),
  }));
}

/** Of an incident that was closed before today nothing is known here but that it has a number. */
function byNumber(typed: string, known: readonly Incident[]): Command[] {
  const id = Number(/^r?0*(\d{1,9})$/.exec(bare(typed))?.[1]);
  if (!id || known.some((one) => one.id === id)) return [];
  const number = `R-${String(id).padStart(4, "0")}`;
  return [{ id: `open ${id}`, text: t("cmd.open", { number }), run: () => selectIncident(id) }];
}

const SHOWN = 9;

/** @param closed Incidents of the last day that are over. */
export function commandsFor(
  typed: string,
  incidents: readonly Incident[],
  units: readonly Unit[],
  closed: readonly Incident[] = [],
): Command[] {
  const pair = mayDispatch.value ? parseAssignment(typed, incidents, units) : null;
  if (pair) {
    const { unit, incident } = pair;
    return [
      {
        id: "assign",
        text: t("cmd.assign", { unit: unit.code, number: incident.number }),
        hint: placeText(incident.location.text),
        run: () => {
          selectIncident(incident.id);
          void assign(incident.id, unit.id);
        },
      },
    ];
  }
  const selected = selectedIncident.value;
  const commands = [...(selected ? incidentCommands(selected) : []), ...generalCommands()];
  if (typed.trim() === "") return commands;
  const words = typed.split(/\s+/).map(bare).filter(Boolean);
  const fits = ({ text, hint = "" }: Command) => {
    const all = bare(text + hint);
    return words.every((word) => all.includes(word));
  };
  const fitting = [...commands, ...found(incidents, units), ...closedFound(closed)].filter(fits);
  return [...fitting.slice(0, SHOWN), ...byNumber(typed, [...incidents, ...closed])];
}
