/** Dragging a unit onto an incident. Each drag has a key equivalent: 1-9, A, or the command bar. */

import { signal } from "@preact/signals";
import { assign } from "../store/actions.ts";

const TYPE = "application/x-roadflare-unit";
export const draggedUnitId = signal<number | null>(null);

export function dragUnit(unitId: number) {
  return {
    draggable: true,
    onDragStart(event: DragEvent) {
      event.dataTransfer?.setData(TYPE, String(unitId));
      if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
      draggedUnitId.value = unitId;
    },
    onDragEnd() {
      draggedUnitId.value = null;
    },
  };
}

const carriesUnit = (event: DragEvent) => event.dataTransfer?.types.includes(TYPE) ?? false;

export function allowUnit(event: DragEvent): void {
  if (!carriesUnit(event)) return;
  event.preventDefault();
  if (event.dataTransfer) event.dataTransfer.dropEffect = "move";
}

/** The unit that was dropped, or null when something else was. */
export function droppedUnit(event: DragEvent): number | null {
  if (!carriesUnit(event)) return null;
  event.preventDefault();
  return Number(event.dataTransfer?.getData(TYPE));
}

export function dropOn(incidentId: number) {
  return {
    onDragOver: allowUnit,
    onDrop(event: DragEvent) {
      const unitId = droppedUnit(event);
      if (unitId) void assign(incidentId, unitId);
    },
  };
}
