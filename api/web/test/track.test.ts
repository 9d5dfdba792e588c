import type { Track } from "@roadflare/kit/contract.ts";
import { timeOfDay, timezone } from "@roadflare/kit/format.ts";
import { OfflineError, ProblemError } from "@roadflare/kit/http.ts";
import { language } from "@roadflare/kit/words.ts";
import { h, render } from "preact";
import { afterEach, expect, test, vi } from "vitest";
import { headline, isHelped, minutesRange } from "../src/track/headline.ts";
import { Page } from "../src/track/Page.tsx";
import { refusalText } from "../src/track/refusal.ts";
import { connection, gone, refresh, track as shown, unreached } from "../src/track/store.ts";
import { windowsAhead } from "../src/track/visit.ts";
import { at, NOON } from "./incidents.ts";

function tracked(part: Partial<Track> = {}): Track {
  return {
    number: "R-0001",
    state: "waiting",
    stage: "received",
    outcome: null,
    promised_at: at(30),
    promise_reason: null,
    eta_range: null,
    eta_at: null,
    location: { lon: 113, lat: 23, text: "Sun Street 1" },
    unit: null,
    route: null,
    free: true,
    free_reason: null,
    timeline: [],
    can_cancel: true,
    can_rate: false,
    rating: null,
    photos: [],
    can_add_photos: true,
    now: at(0),
    timezone: "UTC",
    basemap: null,
    bounds: [112, 22, 114, 24],
    attribution: "",
    kind: "incident",
    visit: null,
    window: null,
    return_window: null,
    code: null,
    ...part,
  };
}

afterEach(() => {
  language.value = "en";
  timezone.value = undefined;
  shown.value = null;
  unreached.value = gone.value = false;
  connection.value = { connected: false, heardAt: null };
  vi.unstubAllGlobals();
});

const answers = (body: unknown, status = 200) =>
  vi.stubGlobal("fetch", async () => Response.json(body, { status }));

test("times are those of the region, wherever the page is looked at", async () => {
  answers(tracked({ timezone: "America/Santiago" }));
  await refresh();
  expect(timeOfDay(at(0))).toBe("09:00");
  answers(tracked({ timezone: "Asia/Shanghai" }));
  await refresh();
  expect(timeOfDay(at(0))).toBe("20:00");
});

test("a page that cannot be loaded says so, and is quiet about it once it can", async () => {
  const page = document.createElement("div");
  const drawn = () => {
    render(h(Page, {}), page);
    return page.textContent;
  };
  expect(drawn()).toContain("Loading");
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
  await refresh();
  expect(drawn()).toContain("No connection. Trying again");
  language.value = "zh";
  expect(drawn()).toContain("正在重试");
  answers(tracked());
  await refresh();
  expect(drawn()).not.toContain("正在重试");
  render(null, page);
});

/** The owner's page of this request, as text. */
function textOf(track: Track): string {
  const page = document.createElement("div");
  shown.value = track;
  render(h(Page, {}), page);
  const text = page.textContent ?? "";
  render(null, page);
  return text;
}

test("what is shown without a connection is told with its time, and claims nothing of now", async () => {
  const late = tracked({
    stage: "on_the_way",
    promised_at: at(-600),
    eta_range: [at(-605), at(-601)],
    timezone: "UTC",
  });
  answers(late);
  await refresh();
  const text = textOf(late);
  expect(text).toContain("We are late");
  expect(text).toContain("any moment now");
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
  await refresh();
  const stale = textOf(late);
  expect(stale).toContain("No connection. Shown is what we knew at 12:00.");
  expect(stale).not.toContain("We are late");
  expect(stale).not.toContain("any moment now");
});

test("a visit that is late says so until somebody is there", async () => {
  const late = pickup({ stage: "on_the_way", promised_at: at(-600) });
  answers(late);
  await refresh();
  expect(textOf(late)).toContain("We are late");
  expect(textOf({ ...late, stage: "at_car" })).not.toContain("We are late");
});

test("the map says what it does not show, while that is still to come", () => {
  const own = { name: "Repair 1", kind: "repair", lon: null, lat: null, plate: null };
  const unit = own as Track["unit"];
  const partner = { ...own, kind: "contractor" } as unknown as Track["unit"];
  const appears = "appears on the map";
  expect(textOf(tracked({ stage: "assigned", unit }))).toContain(appears);
  expect(textOf(tracked({ stage: "at_car", unit }))).not.toContain(appears);
  expect(textOf(tracked({ stage: "towing", unit }))).not.toContain(appears);
  for (const stage of ["assigned", "on_the_way"] as const) {
    const text = textOf(tracked({ stage, unit: partner }));
    expect(text).toContain("does not show where our partner is");
    expect(text).not.toContain(appears);
  }
});

test("who has been chosen is not still to be chosen where nobody knows when he comes", () => {
  const unit = { name: "Bay", kind: "contractor", lon: null, lat: null, plate: null };
  const chosen = { stage: "assigned", unit: unit as unknown as Track["unit"] } as const;
  expect(textOf(tracked())).toContain("as soon as somebody is chosen");
  expect(textOf(tracked(chosen))).not.toContain("as soon as somebody is chosen");
  expect(textOf(tracked(chosen))).toContain("do not know the arrival time");
});

test("one time is told as about then, not as a range of nothing", () => {
  const stage = "assigned";
  expect(textOf(tracked({ stage, eta_range: [at(25), at(25)] }))).toContain("about 12:25");
  expect(textOf(tracked({ stage, eta_range: [at(25), at(28)] }))).toContain("12:25–12:28");
});

test("whoever was not helped is told no price", () => {
  const charged = { free: false, state: "closed", stage: "done" } as const;
  expect(textOf(tracked({ ...charged, outcome: "repaired" }))).toContain("Charged");
  expect(textOf(tracked({ ...charged, outcome: "not_possible" }))).not.toContain("Charged");
  const cancelled = { ...charged, stage: "cancelled", outcome: "cancelled_by_owner" } as const;
  expect(textOf(tracked(cancelled))).not.toContain("Charged");
});

test("the page of a visit is no page of roadside help, and asks how it was", () => {
  const done = textOf(pickup({ stage: "done", can_rate: true }));
  expect(done).toContain("Your appointment");
  expect(done).not.toContain("roadside");
  expect(done).toContain("How was it?");
  expect(document.title).not.toContain("roadside");
});

test("a visit is cancelled with words of its own", () => {
  const page = document.createElement("div");
  shown.value = pickup({ can_cancel: true });
  render(h(Page, {}), page);
  expect(page.textContent).toContain("Cancel appointment");
  expect(page.textContent).not.toContain("My car works again");
  render(null, page);
});

test("a link that ended is no lost connection", async () => {
  answers({ status: 404, code: "not_found" }, 404);
  await refresh();
  expect([gone.value, unreached.value]).toEqual([true, false]);
});

test("refusals are worded in the page's language", () => {
  const conflict = new ProblemError(409, { detail: "R-0001 cannot be cancelled here." });
  language.value = "zh";
  for (const error of [new OfflineError(), conflict, new ProblemError(500, {}), "odd"]) {
    for (const deed of ["cancel", "rate"] as const) {
      expect(refusalText(error, deed)).not.toMatch(/[A-Za-z]/);
    }
  }
  expect(refusalText(conflict, "cancel")).toContain("无法取消");
  language.value = "en";
  expect(refusalText(conflict, "cancel")).toContain("cannot be cancelled");
  expect(refusalText(new OfflineError(), "rate")).toContain("No connection");
});

test("who was not helped is told so, and whom to call", () => {
  for (const outcome of ["not_possible", "gone_on_arrival"] as const) {
    const over = tracked({ stage: "done", state: "closed", outcome });
    language.value = "en";
    expect(headline(over).more).toContain("hotline");
    expect(headline(over).sentence).not.toBe("All done.");
    language.value = "zh";
    expect(headline(over).more).toContain("热线");
    expect(isHelped(over)).toBe(false);
  }
});

test("whose car was towed is not told to drive safely", () => {
  const towed = headline(tracked({ stage: "done", outcome: "towed" }));
  expect(towed.sentence).toBe("Your car is at the service centre.");
  expect(towed.more).not.toContain("Drive");
  const repaired = headline(tracked({ stage: "done", outcome: "repaired" }));
  expect(repaired.more).toContain("Drive safely");
});

test("the range is told in minutes, widened outwards", () => {
  expect(minutesRange([at(9.5), at(14.2)], NOON)).toBe("9–15");
});

test("a range that has begun starts at one minute", () => {
  expect(minutesRange([at(-2), at(4)], NOON)).toBe("1–4");
});

test("a range that has passed is no number any more", () => {
  expect(minutesRange([at(-9), at(0.5)], NOON)).toBeNull();
});

function pickup(part: Partial<Track> = {}): Track {
  return tracked({
    kind: "appointment",
    visit: "pickup_delivery",
    window: [at(60), at(120)],
    return_window: [at(420), at(480)],
    ...part,
  });
}

const labels = (track: Track) => windowsAhead(track).map(({ label }) => label);

test("of a pickup both windows are told, and once the car is fetched only the way back", () => {
  expect(labels(pickup())).toEqual(["Your appointment", "Your car comes back"]);
  expect(labels(pickup({ stage: "on_the_way" }))).toHaveLength(2);
  for (const stage of ["fetched", "at_centre", "returning"] as const) {
    expect(windowsAhead(pickup({ stage }))).toEqual([
      { label: "Your car comes back", window: [at(420), at(480)] },
    ]);
  }
  for (const stage of ["done", "failed", "cancelled"] as const) {
    expect(labels(pickup({ stage }))).toEqual([]);
  }
});

test("the stages of a visit have their own words", () => {
  const stages = ["received", "on_the_way", "fetched", "at_centre", "returning", "done"] as const;
  expect(stages.map((stage) => headline(pickup({ stage })).sentence)).toEqual([
    "Your appointment is booked.",
    "We are on the way to you.",
    "Your car is on its way to the service centre.",
    "Your car is at the service centre.",
    "Your car is on its way back to you.",
    "Your car is back with you.",
  ]);
  expect(headline(pickup({ stage: "failed" })).more).toContain("hotline");
});

test("a visit without a way back ends at the centre, an installation at home", () => {
  const oneWay = pickup({ stage: "done", return_window: null });
  expect(headline(oneWay).sentence).toBe("Your car is at the service centre.");
  const charger = pickup({ stage: "done", return_window: null, visit: "installation" });
  expect(headline(charger).sentence).toBe("The installation is done.");
});

test("a contractor is named as a partner, and a car is towed to the service centre", () => {
  const unit = { name: "Bay Rescue", kind: "contractor", lon: null, lat: null, plate: null };
  const coming = tracked({ stage: "on_the_way", unit: unit as unknown as Track["unit"] });
  expect(headline(coming).more).toBe("Our partner Bay Rescue is driving to you now.");
  language.value = "zh";
  expect(headline(coming).more).toBe("合作救援商 Bay Rescue正在驶向您。");
  language.value = "en";
  expect(headline(tracked({ stage: "towing" })).sentence).toContain("service centre");
});

test("where nothing can be copied the owner sees the link", async () => {
  vi.stubGlobal("navigator", { language: "en" });
  shown.value = tracked();
  const box = document.createElement("div");
  render(h(Page, {}), box);
  const share = [...box.querySelectorAll("button")].find((one) =>
    one.textContent?.includes("Share this page"),
  );
  share?.click();
  await vi.waitFor(() =>
    expect(box.querySelector<HTMLInputElement>(".link-by-hand input")?.value).toBe(location.href),
  );
  render(null, box);
});
