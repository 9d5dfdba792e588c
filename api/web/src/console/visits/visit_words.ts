/** What a visit is, and how far it has come, in words. */

import type { Appointment } from "@roadflare/kit/contract.ts";
import { t } from "../words.ts";

export const visitKind = ({ kind }: Pick<Appointment, "kind">) => t(`visit.${kind}`);

export const visitStage = ({ stage }: Pick<Appointment, "stage">) => t(`visit.${stage}`);
