/** What the lists show. */

import { signal } from "@preact/signals";
import type { QueueFilter } from "../queue/order.ts";

export const queueFilter = signal<QueueFilter>("all");
export const queueSearch = signal("");
export const unitSearch = signal("");
export const unitFilter = signal<"all" | "idle" | "rolling" | "on_site">("all");
