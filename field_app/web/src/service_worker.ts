/**
 * Keeps the page itself on the phone, so that it opens in a tunnel.
 *
 * Built apart from the page by `build/service_worker_shell.ts`, which fills in what to keep. Calls
 * to the server are never answered from here: what is known of jobs, the page keeps itself.
 */

interface Worker {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  registration: { scope: string };
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
}
interface Extendable {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
declare const __SHELL__: string[];
declare const __VERSION__: string;

const worker = self as unknown as Worker;
const NAME = `field-shell-${__VERSION__}`;

async function keepShell(): Promise<void> {
  const cache = await caches.open(NAME);
  await cache.addAll(__SHELL__);
  await worker.skipWaiting();
}

async function dropOldShells(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("field-shell-") && name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** The page: fresh where there is a network, else the kept one. */
async function page(request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  try {
    const fresh = await fetch(request, { signal: AbortSignal.timeout(3000) });
    if (fresh.ok) return fresh;
  } catch {
    // No network, or a slow one: the kept page is as good.
  }
  return (await cache.match("./")) ?? Response.error();
}

/** Files with a hash in their name never change: kept ones first, new ones are kept. */
async function file(request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  const kept = await cache.match(request);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(request, fresh.clone());
  return fresh;
}

worker.addEventListener("install", (event) => event.waitUntil(keepShell()));
worker.addEventListener("activate", (event) => event.waitUntil(dropOldShells()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(worker.registration.scope)) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else event.respondWith(file(request));
});
