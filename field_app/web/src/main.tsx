import "@roadflare/kit/theme.css";
import "@roadflare/kit/fonts.ts";
import "@roadflare/kit/theme.ts";
import "./phone.css";
import "@preact/signals";
import { startClock } from "@roadflare/kit/server_clock.ts";
import { render } from "preact";
import { App } from "./App.tsx";

startClock();
const page = document.getElementById("page");
if (page) render(<App />, page);
// Served from the source there is nothing to keep.
if (import.meta.env.PROD && "serviceWorker" in navigator) {
  void navigator.serviceWorker.register("./sw.js");
}
