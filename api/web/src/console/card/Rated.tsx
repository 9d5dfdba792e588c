/** What the owner thought of it: stars, and words if there are any. */

import type { Incident } from "@roadflare/kit/contract.ts";
import { t } from "../words.ts";

const MOST = 5;

export function Rated({ rating }: { rating: NonNullable<Incident["rating"]> }) {
  const { stars, text } = rating;
  return (
    <>
      <span class="rated" role="img" aria-label={t("card.stars", { n: stars })}>
        {"★".repeat(stars)}
        <span class="muted">{"☆".repeat(MOST - stars)}</span>
      </span>
      {text && <p>{text}</p>}
    </>
  );
}
