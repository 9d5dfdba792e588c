import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Plugin, transformWithOxc } from "vite";

const SOURCE = resolve(import.meta.dirname, "../src/service_worker.ts");

/**
 * Builds `sw.js` beside `index.html`, with the list of files it keeps written into it.
 *
 * Fonts are kept when they are first used: all slices together would be megabytes.
 */
export function serviceWorkerShell(): Plugin {
  return {
    name: "service-worker-shell",
    apply: "build",
    generateBundle: {
      // After the build has dropped what became empty: a file that is missing spoils the whole.
      order: "post",
      async handler(_, bundle) {
        const files = Object.keys(bundle).filter((name) => !/\.(woff2?|map)$/.test(name));
        const shell = ["./", "manifest.webmanifest", "flare.svg", ...files.filter(notPage)].sort();
        const hash = createHash("sha256");
        for (const name of Object.keys(bundle).sort()) hash.update(name);
        const page = bundle["index.html"];
        if (page?.type === "asset") hash.update(page.source);
        const { code } = await transformWithOxc(readFileSync(SOURCE, "utf8"), SOURCE);
        this.emitFile({
          type: "asset",
          fileName: "sw.js",
          source: code
            .replace("__SHELL__", JSON.stringify(shell))
            .replace("__VERSION__", JSON.stringify(hash.digest("hex").slice(0, 12))),
        });
      },
    },
  };
}

const notPage = (name: string) => name !== "index.html";
