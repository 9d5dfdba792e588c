import type { FieldEvent, FieldResult } from "@roadflare/kit/contract.ts";
import { OfflineError, ProblemError } from "@roadflare/kit/http.ts";
import { expect, test } from "vitest";
import type { Shelf } from "../src/store/kept.ts";
import { adopt, makeOutbox } from "../src/store/outbox.ts";

const UNIT = 7;

function shelf(): Shelf & { held: Map<string, string> } {
  const held = new Map<string, string>();
  return {
    held,
    getItem: (name) => held.get(name) ?? null,
    setItem: (name, value) => void held.set(name, value),
    removeItem: (name) => void held.delete(name),
  };
}

const event = (client_id: string): FieldEvent => ({
  client_id,
  at: "2026-03-01T12:00:00Z",
  kind: "arrived",
  job_id: 1,
});
const result = (client_id: string, more: Partial<FieldResult> = {}): FieldResult => ({
  client_id,
  status: "applied",
  detail: "",
  code: null,
  text: null,
  ...more,
});
const applied = (client_id: string) => result(client_id);
const CANCELLED = {
  code: "report.cancelled",
  text: { zh: "该任务已取消。", en: "The job was cancelled." },
};

/** A server that keeps what it applied, and can be out of reach. */
function server() {
  const heard: string[] = [];
  const state = { reachable: true, losesAnswers: false };
  const send = async (events: readonly FieldEvent[]): Promise<FieldResult[]> => {
    if (!state.reachable) throw new OfflineError();
    const results = events.map(({ client_id }): FieldResult => {
      if (heard.includes(client_id)) return result(client_id, { status: "duplicate" });
      heard.push(client_id);
      return applied(client_id);
    });
    if (state.losesAnswers) throw new OfflineError();
    return results;
  };
  return { heard, state, send };
}

test("offline nothing is lost; online everything is sent once, in order", async () => {
  const { heard, state, send } = server();
  const box = makeOutbox(shelf(), UNIT, send);
  state.reachable = false;
  box.add(event("a"));
  box.add(event("b"));
  expect(await box.flush()).toBe(false);
  expect(box.unsent.value).toHaveLength(2);
  state.reachable = true;
  expect(await box.flush()).toBe(true);
  expect(heard).toEqual(["a", "b"]);
  expect(box.unsent.value).toEqual([]);
});

test("two flushes at once send once", async () => {
  const { heard, send } = server();
  let calls = 0;
  const box = makeOutbox(shelf(), UNIT, (events) => {
    calls += 1;
    return send(events);
  });
  box.add(event("a"));
  await Promise.all([box.flush(), box.flush(), box.flush()]);
  expect(calls).toBe(1);
  expect(heard).toEqual(["a"]);
});

test("a lost answer is asked for again with the same id and counts once", async () => {
  const { heard, state, send } = server();
  const box = makeOutbox(shelf(), UNIT, send);
  state.losesAnswers = true;
  box.add(event("a"));
  expect(await box.flush()).toBe(false);
  state.losesAnswers = false;
  expect(await box.flush()).toBe(true);
  expect(heard).toEqual(["a"]);
});

test("what is unsent survives a restart of the phone", async () => {
  const phone = shelf();
  const { heard, state, send } = server();
  state.reachable = false;
  const before = makeOutbox(phone, UNIT, send);
  before.add(event("a"));
  await before.flush();
  state.reachable = true;
  const after = makeOutbox(phone, UNIT, send);
  expect(after.unsent.value.map(({ client_id }) => client_id)).toEqual(["a"]);
  await after.flush();
  expect(heard).toEqual(["a"]);
  after.listed(after.told.value);
  expect(phone.held.size).toBe(0);
});

test("what is added during a flush goes out with it", async () => {
  const { heard, send } = server();
  const box = makeOutbox(shelf(), UNIT, async (events) => {
    if (heard.length === 0) box.add(event("b"));
    return send(events);
  });
  box.add(event("a"));
  expect(await box.flush()).toBe(true);
  expect(heard).toEqual(["a", "b"]);
});

test("a rejected event leaves the queue and is told", async () => {
  const box = makeOutbox(shelf(), UNIT, async (events) =>
    events.map(({ client_id }) => result(client_id, { status: "rejected", ...CANCELLED })),
  );
  box.add(event("a"));
  expect(await box.flush()).toBe(true);
  expect(box.refusals.value).toEqual([{ event: event("a"), ...CANCELLED }]);
  box.forgive("a");
  expect(box.refusals.value).toEqual([]);
});

test("one event that spoils a batch does not hold back the others", async () => {
  const heard: string[] = [];
  const box = makeOutbox(shelf(), UNIT, async (events) => {
    if (events.some(({ client_id }) => client_id === "bad")) {
      throw new ProblemError(404, { detail: "No such job." });
    }
    heard.push(...events.map(({ client_id }) => client_id));
    return events.map(({ client_id }) => applied(client_id));
  });
  for (const id of ["a", "bad", "b"]) box.add(event(id));
  expect(await box.flush()).toBe(true);
  expect(heard).toEqual(["a", "b"]);
  expect(box.refusals.value.map((one) => one.event.client_id)).toEqual(["bad"]);
});

test("a refused token keeps everything for the next login", async () => {
  const box = makeOutbox(shelf(), UNIT, async () => {
    throw new ProblemError(401, { detail: "The token expired." });
  });
  box.add(event("a"));
  expect(await box.flush()).toBe(false);
  expect(box.unsent.value).toHaveLength(1);
});

test("an answer that names nothing of what was sent ends the flush", async () => {
  const box = makeOutbox(shelf(), UNIT, async () => []);
  box.add(event("a"));
  expect(await box.flush()).toBe(false);
});

test("a queue of another shape is dropped, not misread", () => {
  const phone = shelf();
  phone.setItem("roadflare.field.outbox.v2.7", '{"events": 3}');
  expect(makeOutbox(phone, UNIT, async () => []).unsent.value).toEqual([]);
});

test("what one unit did is not sent as another's, and waits for its own", async () => {
  const phone = shelf();
  const { heard, send } = server();
  makeOutbox(phone, UNIT, send).add(event("of seven"));
  const next = makeOutbox(phone, 8, send);
  expect(next.unsent.value).toEqual([]);
  next.add(event("of eight"));
  await next.flush();
  expect(heard).toEqual(["of eight"]);
  await makeOutbox(phone, UNIT, send).flush();
  expect(heard).toEqual(["of eight", "of seven"]);
});

test("a refusal survives a restart of the phone until it is read", async () => {
  const phone = shelf();
  const text = { zh: "没有该任务。", en: "No such job." };
  const before = makeOutbox(phone, UNIT, async () => {
    throw new ProblemError(404, { code: "not_found", text });
  });
  before.add(event("a"));
  await before.flush();
  const after = makeOutbox(phone, UNIT, async () => []);
  expect(after.refusals.value).toEqual([{ event: event("a"), code: "not_found", text }]);
  after.forgive("a");
  expect(makeOutbox(phone, UNIT, async () => []).refusals.value).toEqual([]);
});

test("a queue of the time when it had no owner goes to the unit that used the phone last", () => {
  const phone = shelf();
  phone.setItem("roadflare.field.outbox.v1", JSON.stringify([event("a")]));
  adopt(phone, UNIT);
  const { unsent } = makeOutbox(phone, UNIT, async () => []);
  expect(unsent.value.map(({ client_id }) => client_id)).toEqual(["a"]);
  expect(phone.getItem("roadflare.field.outbox.v1")).toBeNull();
});

test("what was told stays in view until a list has been asked for since", async () => {
  const phone = shelf();
  const { send } = server();
  const box = makeOutbox(phone, UNIT, send);
  box.add(event("a"));
  await box.flush();
  const shown = box.told.value;
  box.add(event("b"));
  await box.flush();
  box.listed(shown);
  const after = makeOutbox(phone, UNIT, send);
  expect(after.told.value.map(({ client_id }) => client_id)).toEqual(["b"]);
});

test("a refusal whose answer was lost is told by the repeat", async () => {
  const box = makeOutbox(shelf(), UNIT, async (events) =>
    events.map(({ client_id }) => result(client_id, { status: "duplicate", ...CANCELLED })),
  );
  box.add(event("a"));
  await box.flush();
  expect(box.refusals.value).toHaveLength(1);
  expect(box.told.value).toEqual([]);
});

test("the job's number is kept with a refusal and not sent", async () => {
  const sent: object[] = [];
  const box = makeOutbox(shelf(), UNIT, async (events) => {
    sent.push(...events);
    throw new ProblemError(404, { code: "not_found" });
  });
  box.add({ ...event("a"), number: "F-12" });
  await box.flush();
  expect(sent).toEqual([event("a")]);
  expect(box.refusals.value[0]).toMatchObject({ code: "not_found", event: { number: "F-12" } });
});
