import type { Plugin } from "vite";

const FALLBACK = /,\s*url\([^)]+\.woff\)\s*format\(["']woff["']\)/g;

/** Leaves out the old `.woff` copies of fonts: every browser that runs these pages reads woff2. */
export function woff2Only(): Plugin {
  return {
    name: "woff2-only",
    enforce: "pre",
    transform(code, id) {
      if (!id.includes("@fontsource") || !id.includes(".css")) return null;
      return { code: code.replace(FALLBACK, ""), map: null };
    },
  };
}
