import { resolve } from "node:path";
import { defineConfig } from "vite";
import { woff2Only } from "./kit/build/woff2_only.ts";

const here = import.meta.dirname;

/** Two pages, one set of assets below `/console/`; the server shows `track.html` at `/t/{key}`. */
export default defineConfig({
  base: "/console/",
  build: {
    target: "es2022",
    // Slices of fonts are fetched one by one; inlined they would all be fetched at once.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: { console: resolve(here, "index.html"), track: resolve(here, "track.html") },
    },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [woff2Only()],
  server: {
    proxy: { "/api": "http://127.0.0.1:8080", "/basemap": "http://127.0.0.1:8080" },
  },
});
