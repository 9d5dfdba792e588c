/** Who is on the phone. */

import type { InputFault } from "@roadflare/kit/http.ts";
import { Field } from "../form/Field.tsx";
import { t } from "../words.ts";
import type { Draft } from "./draft.ts";

interface Props {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  faults: readonly InputFault[];
}

export function CallerFields({ draft, change, faults }: Props) {
  return (
    <div class="field-row">
      <Field label={t("new.phone")} path="caller.phone" faults={faults}>
        <input
          type="tel"
          required
          maxLength={24}
          value={draft.phone}
          autocomplete="off"
          onInput={(event) => change({ phone: event.currentTarget.value })}
        />
      </Field>
      <Field label={t("new.name")} path="caller.name" faults={faults}>
        <input
          maxLength={60}
          value={draft.name}
          autocomplete="off"
          onInput={(event) => change({ name: event.currentTarget.value })}
        />
      </Field>
    </div>
  );
}
