/** Where the car is: a click on the map, an address searched, or a motorway's kilometre post. */

import type { LonLat, Place } from "@roadflare/kit/contract.ts";
import type { InputFault } from "@roadflare/kit/http.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { placeText } from "@roadflare/kit/place_words.ts";
import { pairOf } from "@roadflare/kit/words.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import { SURE } from "../card/Facts.tsx";
import { Faults, Field, faultsAt } from "../form/Field.tsx";
import { pickedPlace, showOnMap } from "../map/view.ts";
import { call } from "../store/session.ts";
import { t } from "../words.ts";
import { type Draft, kmOf } from "./draft.ts";

interface PlaceFieldProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  faults: readonly InputFault[];
}

const SEARCH_AFTER_MS = 250;

/** Places that an address may mean, a moment after typing has stopped. */
function usePlaces(address: string, wanted: boolean): Place[] {
  const [places, setPlaces] = useState<Place[]>([]);
  useEffect(() => {
    if (!wanted || address.trim().length < 2) {
      setPlaces([]);
      return;
    }
    const cut = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const query = encodeURIComponent(address.trim());
        const found = await call<{ items: Place[] }>(`/geocode?q=${query}`, { signal: cut.signal });
        setPlaces(found.items.slice(0, 6));
      } catch {
        // Nothing to offer; the address is sent as it is and answered on saving.
        setPlaces([]);
      }
    }, SEARCH_AFTER_MS);
    return () => {
      clearTimeout(timer);
      cut.abort();
    };
  }, [address, wanted]);
  return places;
}

/** What lies at the pin, so that it can be read back to the caller. */
function usePlaceName(pin: LonLat | null): string {
  const [text, setText] = useState("");
  useEffect(() => {
    setText("");
    if (!pin) return;
    const cut = new AbortController();
    call<Place>(`/reverse?lon=${pin[0]}&lat=${pin[1]}`, { signal: cut.signal })
      .then((found) => setText(found.text))
      .catch(() => setText(""));
    return () => cut.abort();
  }, [pin]);
  return text;
}

export function AddressSearch({ draft, change, faults }: PlaceFieldProps) {
  const [chosen, setChosen] = useState<Place | null>(null);
  const places = usePlaces(draft.address, draft.pin === null);
  const box = useRef<HTMLDivElement>(null);
  const parts = () => [...(box.current?.querySelectorAll<HTMLElement>("input, button") ?? [])];
  const choose = (place: Place) => {
    parts()[0]?.focus(); // the list goes, and would take the focus with it
    setChosen(place);
    pickedPlace.value = [place.lon, place.lat];
    change({ address: place.text, pin: [place.lon, place.lat] });
    showOnMap([place.lon, place.lat]);
  };
  const onKey = (event: KeyboardEvent) => {
    // These choose among the characters that an input method offers.
    const by = event.isComposing ? undefined : { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || places.length === 0) return;
    event.preventDefault();
    const all = parts();
    const at = all.indexOf(document.activeElement as HTMLElement);
    all[(at + by + all.length) % all.length]?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the field and its list are what is operated
    <div class="address-search" ref={box} onKeyDown={onKey}>
      <Field label={t("new.address")} path="location.address" faults={faults}>
        <input
          value={draft.address}
          maxLength={200}
          autocomplete="off"
          role="combobox"
          aria-expanded={places.length > 0}
          aria-controls="places"
          onInput={(event) => {
            setChosen(null);
            pickedPlace.value = null;
            change({ address: event.currentTarget.value, pin: null });
          }}
        />
      </Field>
      <ul class="places" id="places">
        {places.map((place) => (
          <li key={`${place.lon} ${place.lat} ${place.text}`}>
            <button type="button" onClick={() => choose(place)}>
              <Icon name="place" size={15} />
              <span>{placeText(place.text)}</span>
              <span class={`confidence ${place.confidence >= SURE ? "sure" : "unsure"}`}>
                {Math.round(place.confidence * 100)} %
              </span>
            </button>
          </li>
        ))}
      </ul>
      {chosen && chosen.confidence < SURE && (
        <p class="text-at-risk with-icon">
          <Icon name="warning" size={15} />
          {t("new.confirm", { n: Math.round(chosen.confidence * 100) })}
        </p>
      )}
    </div>
  );
}

function RoadFields({ draft, change, faults }: PlaceFieldProps) {
  const [typing, setTyping] = useState(false);
  const unread = !typing && draft.km.trim() !== "" && kmOf(draft.km) === null;
  const mine: readonly InputFault[] = unread
    ? [{ field: "location.km", text: pairOf(t("new.kmFault")) }]
    : faults;
  return (
    <div class="field-row three">
      <Field label={t("new.ref")} path="location.ref" faults={faults}>
        <input
          value={draft.ref}
          maxLength={20}
          placeholder="G4"
          onInput={(event) => change({ ref: event.currentTarget.value })}
        />
      </Field>
      <Field label={t("new.km")} path="location.km" faults={mine}>
        <input
          value={draft.km}
          maxLength={20}
          placeholder="K1234+500"
          onFocus={() => setTyping(true)}
          onBlur={() => setTyping(false)}
          onInput={(event) => change({ km: event.currentTarget.value })}
        />
      </Field>
      <Field label={t("new.direction")} path="location.direction" faults={faults}>
        <input
          value={draft.direction}
          maxLength={60}
          onInput={(event) => change({ direction: event.currentTarget.value })}
        />
      </Field>
    </div>
  );
}

export function PlaceField({ draft, change, faults }: PlaceFieldProps) {
  const name = usePlaceName(draft.placeBy === "map" ? draft.pin : null);
  // What is wrong with the place as a whole; its members show their own.
  const whole = faultsAt(faults, "location").filter(
    ({ field }) =>
      !["location.address", "location.ref", "location.km", "location.direction"].includes(field),
  );
  return (
    <fieldset class={whole.length > 0 ? "group faulty" : "group"} data-path="location">
      <legend>{t("new.place")}</legend>
      <div class="chips">
        {(["map", "address", "road"] as const).map((way) => (
          <button
            type="button"
            class="chip"
            key={way}
            aria-pressed={draft.placeBy === way}
            onClick={() => change({ placeBy: way })}
          >
            {{ map: t("new.byMap"), address: t("new.byAddress"), road: t("new.byRoad") }[way]}
          </button>
        ))}
      </div>
      {draft.placeBy === "map" && (
        <p class="with-icon picked">
          <Icon name="place" size={16} />
          {draft.pin
            ? `${placeText(name)} (${draft.pin[0].toFixed(5)}, ${draft.pin[1].toFixed(5)})`
            : t("new.noPlace")}
        </p>
      )}
      {draft.placeBy === "address" && (
        <AddressSearch draft={draft} change={change} faults={faults} />
      )}
      {draft.placeBy === "road" && <RoadFields draft={draft} change={change} faults={faults} />}
      <Faults faults={whole} />
      <Field label={t("new.note")} path="location_note" faults={faults}>
        <input
          value={draft.placeNote}
          maxLength={400}
          onInput={(event) => change({ placeNote: event.currentTarget.value })}
        />
      </Field>
    </fieldset>
  );
}
