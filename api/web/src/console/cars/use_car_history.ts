/** What is known of a car, asked for once its plate or VIN is written out. */

import type { CarHistory } from "@roadflare/kit/contract.ts";
import { useEffect, useState } from "preact/hooks";
import { call } from "../store/session.ts";
import { problemText } from "../store/toasts.ts";

/** Nobody asks at every letter. */
const WRITTEN_MS = 400;
const SHORTEST_PLATE = 5;
const VIN_LENGTH = 17;

export interface KnownCar {
  history: CarHistory | null;
  /** Why it could not be asked for. */
  fault: string;
}

const UNKNOWN: KnownCar = { history: null, fault: "" };

/** The query that names a car; empty where neither text is long enough to be whole. */
export function carQuery(plate: string | null, vin: string | null): string {
  const named = new URLSearchParams();
  if (plate && plate.trim().length >= SHORTEST_PLATE) named.set("plate", plate.trim());
  if (vin && vin.trim().length >= VIN_LENGTH) named.set("vin", vin.trim());
  return named.toString();
}

export function useCarHistory(plate: string | null, vin: string | null): KnownCar {
  const [found, setFound] = useState<KnownCar & { query: string }>({ ...UNKNOWN, query: "" });
  const query = carQuery(plate, vin);
  useEffect(() => {
    if (!query) return;
    let isLeft = false;
    const tell = (known: KnownCar) => !isLeft && setFound({ ...known, query });
    const timer = setTimeout(async () => {
      try {
        tell({ history: await call<CarHistory>(`/cars/history?${query}`), fault: "" });
      } catch (error) {
        tell({ history: null, fault: problemText(error) });
      }
    }, WRITTEN_MS);
    return () => {
      isLeft = true;
      clearTimeout(timer);
    };
  }, [query]);
  return found.query === query ? found : UNKNOWN;
}
