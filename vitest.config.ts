import { defineConfig } from "vitest/config";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    include: ["api/web/**/*.test.ts", "field_app/web/**/*.test.ts"],
    environment: "happy-dom",
    environmentOptions: { happyDOM: { url: "http://127.0.0.1/?lang=en" } },
    isolate: false,
    restoreMocks: true,
  },
});
