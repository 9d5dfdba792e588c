/** A labelled field with the faults that the server found in it. */

import type { InputFault } from "@roadflare/kit/http.ts";
import { said } from "@roadflare/kit/words.ts";
import type { ComponentChildren } from "preact";

interface FieldProps {
  label: string;
  /** Path of the value in the request, "vehicle.vin": faults at or below it are shown here. */
  path: string;
  faults: readonly InputFault[];
  children: ComponentChildren;
  class?: string;
}

export const faultsAt = (faults: readonly InputFault[], path: string) =>
  faults.filter((fault) => fault.field === path || fault.field.startsWith(`${path}.`));

export function Faults({ faults }: { faults: readonly InputFault[] }) {
  return (
    <>
      {faults.map((fault) => (
        <span class="field-fault" role="alert" key={fault.field + fault.text.en}>
          {said(fault.text)}
        </span>
      ))}
    </>
  );
}

export function Field({ label, path, faults, children, class: extra = "" }: FieldProps) {
  const mine = faultsAt(faults, path);
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children
    <label class={`field ${extra} ${mine.length > 0 ? "faulty" : ""}`} data-path={path}>
      <span>{label}</span>
      {children}
      <Faults faults={mine} />
    </label>
  );
}
