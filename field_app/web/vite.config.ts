import { defineConfig } from "vite";
import { woff2Only } from "../../api/web/kit/build/woff2_only.ts";
import { serviceWorkerShell } from "./build/service_worker_shell.ts";

/** One page at `/field/`, and the service worker that opens it without a network. */
export default defineConfig({
  base: "/field/",
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [woff2Only(), serviceWorkerShell()],
  server: {
    proxy: { "/api": "http://127.0.0.1:8080", "/basemap": "http://127.0.0.1:8080" },
  },
});
