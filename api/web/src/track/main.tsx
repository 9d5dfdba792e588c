import "@roadflare/kit/theme.css";
import "@roadflare/kit/fonts.ts";
import "./page.css";
import "./photos.css";
import "@preact/signals";
import "@roadflare/kit/theme.ts";
import { startClock } from "@roadflare/kit/server_clock.ts";
import { render } from "preact";
import { Page } from "./Page.tsx";
import { follow } from "./store.ts";

startClock();
follow();
const page = document.getElementById("page");
if (page) render(<Page />, page);
