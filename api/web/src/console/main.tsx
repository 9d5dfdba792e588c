import "@roadflare/kit/theme.css";
import "@roadflare/kit/fonts.ts";
import "./styles/shell.css";
import "./styles/queue.css";
import "./styles/card.css";
import "./styles/photos.css";
import "./styles/intake.css";
import "./styles/map.css";
import "@preact/signals";
import { startClock } from "@roadflare/kit/server_clock.ts";
import { render } from "preact";
import { App } from "./shell/App.tsx";

startClock();
const page = document.getElementById("page");
if (page) render(<App />, page);
