/** Light or dark: the system's choice until the viewer makes one, which is then remembered. */

import { computed, effect, signal } from "@preact/signals";

export type Theme = "light" | "dark";
const STORED = "roadflare.theme";
const asked = matchMedia("(prefers-color-scheme: dark)");

function kept(): Theme | null {
  try {
    const value = localStorage.getItem(STORED);
    return value === "light" || value === "dark" ? value : null;
  } catch {
    return null;
  }
}

const chosen = signal<Theme | null>(kept());
const system = signal<Theme>(asked.matches ? "dark" : "light");
asked.addEventListener("change", () => {
  system.value = asked.matches ? "dark" : "light";
});

export const theme = computed<Theme>(() => chosen.value ?? system.value);

export function setTheme(next: Theme): void {
  chosen.value = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // Not remembered then; the page still shows it.
  }
}

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

export const stillness = matchMedia("(prefers-reduced-motion: reduce)");
