/** What the map shows, as GeoJSON. */

import type {
  Candidate,
  Incident,
  LonLat,
  RoadReport,
  RouteLegs,
  ServiceCentre,
  Unit,
} from "@roadflare/kit/contract.ts";
import { collection, lineOf, pointAt } from "@roadflare/kit/map/geo.ts";
import type { Pin } from "@roadflare/kit/map/symbols.ts";
import { trimmed } from "@roadflare/kit/map/trim.ts";
import type { FeatureCollection } from "geojson";
import { isServed } from "../queue/order.ts";

export const pinOf = (incident: Incident): Pin => (isServed(incident) ? "served" : incident.risk);

const PIN_ORDER: Record<Pin, number> = { served: 0, normal: 1, at_risk: 2, breached: 3 };

export function incidentFeatures(incidents: readonly Incident[]): FeatureCollection {
  return collection(
    incidents.map((incident) => {
      const pin = pinOf(incident);
      const properties = {
        incident: incident.id,
        pin,
        fault: incident.fault,
        label: incident.number,
        order: PIN_ORDER[pin],
      };
      const { lon, lat } = incident.location;
      return pointAt([lon, lat], properties, incident.id);
    }),
  );
}

export type Positions = ReadonlyMap<number, LonLat>;

export function unitFeatures(units: readonly Unit[], at: Positions): FeatureCollection {
  return collection(
    units.flatMap((unit) => {
      const place = at.get(unit.id);
      if (!place || unit.state === "off_shift") return [];
      const { kind, state, code } = unit;
      return [pointAt(place, { unit: unit.id, kind, state, code }, unit.id)];
    }),
  );
}

export const centreFeatures = (centres: readonly ServiceCentre[]) =>
  collection(centres.map(({ name, lon, lat }) => pointAt([lon, lat], { name })));

export interface ShownRoute {
  unit: Unit;
  legs: RouteLegs;
  selected: boolean;
}

/** What is left of each unit's route: the part behind it is cut off. */
export function routeFeatures(routes: readonly ShownRoute[], at: Positions): FeatureCollection {
  const lines = [...routes]
    .sort((a, b) => Number(a.selected) - Number(b.selected))
    .flatMap(({ unit, legs, selected }) =>
      legs.features.flatMap((leg, index) => {
        // Only the leg being driven, unless the unit is the one in question.
        if (index > 0 && !selected) return [];
        const line = leg.geometry.coordinates as LonLat[];
        const place = index === 0 ? at.get(unit.id) : undefined;
        const coordinates = place ? trimmed(line, place) : line;
        if (coordinates.length < 2) return [];
        const planned = index > 0;
        const loaded = unit.state === "loaded";
        return [lineOf(coordinates, { selected: selected && !planned, planned, loaded })];
      }),
    );
  // What is driven now lies above what is only planned, also where both take the same road.
  return collection([
    ...lines.filter((line) => line.properties?.planned),
    ...lines.filter((line) => !line.properties?.planned),
  ]);
}

export const roadFeatures = (reports: readonly RoadReport[]): FeatureCollection =>
  collection(
    reports.map(({ id, effect, geometry }) => ({
      type: "Feature",
      geometry,
      properties: { road: id, closed: effect === "closed" },
    })),
  );

/** A road of which something is about to be reported. */
export interface PickedRoad {
  lines: LonLat[][];
  /** Only the direction in which the line runs. */
  oneWay: boolean;
}

export const arrowFeatures = (
  reports: readonly RoadReport[],
  picked: PickedRoad | null,
): FeatureCollection =>
  collection([
    ...reports
      .filter(({ heading_deg: deg }) => deg !== null)
      .flatMap(({ geometry }) => geometry.coordinates.map((line) => lineOf(line as LonLat[]))),
    ...(picked?.oneWay ? picked.lines.map((line) => lineOf(line)) : []),
  ]);

const SHOWN_CANDIDATES = 5;

export function candidateFeatures(
  candidates: readonly Candidate[],
  incident: Incident,
  at: Positions,
  pointedUnitId: number | null,
): FeatureCollection {
  const able = candidates.filter((candidate) => !candidate.forbidden);
  const shown = able.filter(
    (candidate, index) => index < SHOWN_CANDIDATES || candidate.unit_id === pointedUnitId,
  );
  const { lon, lat } = incident.location;
  return collection(
    shown.flatMap((candidate) => {
      const place = at.get(candidate.unit_id);
      if (!place) return [];
      const pointed = candidate.unit_id === pointedUnitId;
      return [lineOf([place, [lon, lat]], { chosen: candidate.chosen, pointed })];
    }),
  );
}
