/** New alarms are heard, unless the dispatcher wants silence: who looks elsewhere misses none. */

import { effect, signal } from "@preact/signals";
import { alarms, alarmsAt } from "./world.ts";

const STORED = "roadflare.bell";
/** Two short tones, seconds from now and hertz: heard over voices, and unlike a telephone. */
const TONES = [
  [0, 880],
  [0.22, 660],
] as const;
const TONE_S = 0.18;
const VOLUME = 0.25;

function kept(): boolean {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

export const bellOn = signal(kept());

/** Switches the bell; once on, it rings, so that it is known how loud it is. */
export function setBell(on: boolean): void {
  bellOn.value = on;
  try {
    localStorage.setItem(STORED, on ? "on" : "off");
  } catch {
    // Not remembered then.
  }
  if (on) ring();
}

let audio: AudioContext | null = null;

function ring(): void {
  if (typeof AudioContext === "undefined") return; // the page shows it all the same
  audio ??= new AudioContext();
  void audio.resume(); // browsers keep a page silent until it was touched
  for (const [after, hertz] of TONES) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const start = audio.currentTime + after;
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(VOLUME, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + TONE_S);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + TONE_S);
  }
}

/** Rings for each alarm that is raised, or raised anew, until the returned function is called. */
export function followAlarms(): () => void {
  let known: Set<string> | null = null;
  return effect(() => {
    if (alarmsAt.value === null) return;
    const raised = alarms.value.map(({ id, at }) => `${id} ${at}`);
    const isNew = known !== null && raised.some((one) => !known?.has(one));
    known = new Set([...(known ?? []), ...raised]);
    if (isNew && bellOn.peek()) ring();
  });
}
