/** Drawings on a 24 x 24 grid, for buttons (SVG) and for the map (Path2D). */

import type { Fault, UnitKind } from "./contract.ts";

export const FAULT_PATHS: Record<Fault, string> = {
  flat_battery: "M3 8h15v8H3zM18 10.5h3v3h-3M6 10.5v3M9.5 10.5v3",
  breakdown:
    "M14.5 5.5a4.5 4.5 0 0 0-5.6 5.6L3.5 16.5 7.5 20.5 12.9 15.1a4.5 4.5 0 0 0 5.6-5.6L15.5 12.5 12 11.5 11.5 8.5z",
  accident:
    "M12 2l2.2 5.6L20 5.5l-2.4 5.3L22 14l-5.8.6.8 6-5-3.6-5 3.6.8-6L2 14l4.4-3.2L4 5.5l5.8 2.1z",
  tyre: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v5M12 16v5M3 12h5M16 12h5",
  keys_locked_in: "M7.5 7.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM12 12h10M18 12v4.5M22 12v3.5",
  charger:
    "M5 21V5a2 2 0 0 1 2-2h6a2 2 0 0 1 2 2v16M3 21h14M10.5 7l-3 5h5l-3 5M15 11h2a2 2 0 0 1 2 2v3a1.5 1.5 0 0 0 3 0V9l-3-3",
  other:
    "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5v.5",
};

export const UNIT_PATHS: Record<UnitKind, string> = {
  tow: "M2 16V13L14 9.5V16M14 16V7h4l4 5v4H2M6.5 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17.5 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  charge: "M13 2L5 13.5h6L10 22l9-12.5h-6.5z",
  repair:
    "M14.5 5.5a4.5 4.5 0 0 0-5.6 5.6L3.5 16.5 7.5 20.5 12.9 15.1a4.5 4.5 0 0 0 5.6-5.6L15.5 12.5 12 11.5 11.5 8.5z",
  valet: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21c.6-4.6 3.6-7 8-7s7.4 2.4 8 7z",
  electrician: "M9 2v6M15 2v6M6 8h12v3a6 6 0 0 1-12 0zM12 17v5",
};

const UI_PATHS = {
  close: "M5 5l14 14M19 5L5 19",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16.2 16.2L21 21",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  unlock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 6.6-1.6",
  phone:
    "M6.5 3h3l1.5 4.5-2 1.5a12 12 0 0 0 6 6l1.5-2L21 14.5v3A3 3 0 0 1 18 20.5 14.5 14.5 0 0 1 3.5 6 3 3 0 0 1 6.5 3z",
  place:
    "M12 21s7-6.2 7-11.5a7 7 0 0 0-14 0C5 14.8 12 21 12 21zM12 7a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  navigate: "M21 3L3 10.5l7.5 3 3 7.5z",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2",
  warning: "M12 3.5L22 20.5H2zM12 10v5M12 17.5v.5",
  closed: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM7 12h10",
  slow: "M3 15.5a9 9 0 0 1 18 0M12 15.5L7.5 11M3 19h18",
  check: "M4.5 12.5l5 5L20 7",
  logout: "M14 4H5v16h9M10 12h11M17 8l4 4-4 4",
  share: "M12 15V3M7.5 7L12 3l4.5 4M5 12v8h14v-8",
  alarm: "M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21.5h4",
  silent: "M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21.5h4M3 3l18 18",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2",
  car: "M4 16v-4l2.2-5.2A2 2 0 0 1 8 5.5h8a2 2 0 0 1 1.8 1.3L20 12v4M3 16h18v2.5H3zM4.5 12h15M7 14.3h1M16 14.3h1",
  remote: "M3 5h18v11H3zM8 20h8M12 16v4M9 10.5l2 2 4-4",
  contractor: "M3 20V9l9-5 9 5v11M8 20v-7h8v7",
  grip: "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
  plus: "M12 5v14M5 12h14",
  star: "M12 3l2.7 5.9 6.3.7-4.7 4.3 1.3 6.3L12 17l-5.6 3.2 1.3-6.3L3 9.6l6.3-.7z",
  wait: "M7 3h10M7 21h10M8 3c0 5 8 5.5 8 9s-8 4-8 9M16 3c0 5-8 5.5-8 9s8 4 8 9",
  signal: "M4 18h.01M8 18v-4M12 18v-8M16 18V7M20 18V4",
  camera: "M3 8h4l2-3h6l2 3h4v11H3zM12 9.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
  left: "M15 4l-8 8 8 8",
  right: "M9 4l8 8-8 8",
  offline: "M3 3l18 18M4 18h.01M8 18v-4M12 18v-5M16 18v-1",
} as const;

export type UiIcon = keyof typeof UI_PATHS;

interface IconProps {
  path: string;
  size?: number;
}

export function Drawing({ path, size = 20 }: IconProps) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
}

export const Icon = ({ name, size }: { name: UiIcon; size?: number }) => (
  <Drawing path={UI_PATHS[name]} size={size ?? 20} />
);
export const FaultIcon = ({ fault, size }: { fault: Fault; size?: number }) => (
  <Drawing path={FAULT_PATHS[fault]} size={size ?? 20} />
);
export const KindIcon = ({ kind, size }: { kind: UnitKind; size?: number }) => (
  <Drawing path={UNIT_PATHS[kind]} size={size ?? 20} />
);
