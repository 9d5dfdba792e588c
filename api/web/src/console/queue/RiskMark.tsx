/** Risk as a shape in a colour; the word stands beside it. */

import type { Risk } from "@roadflare/kit/contract.ts";

export function RiskMark({ risk, size = 16 }: { risk: Risk; size?: number }) {
  return (
    <svg
      class={`risk-mark ${risk}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      {risk === "breached" && <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" />}
      {risk === "at_risk" && <path d="M8 1.2L15.6 14.8H.4z" />}
      {risk === "normal" && <circle cx="8" cy="8" r="6.6" />}
      {risk === "normal" ? (
        <path class="inner" d="M4.8 8.3l2.2 2.2 4.2-4.6" />
      ) : (
        <path class="inner" d="M8 5.2v4.2M8 11.9v.3" />
      )}
    </svg>
  );
}
