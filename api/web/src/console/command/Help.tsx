/** Every key and every shape, on one sheet. */

import { Dialog } from "../shell/Dialog.tsx";
import { overlay } from "../store/selection.ts";
import { mayDispatch, mayKeepRoads, mayTakeCalls } from "../store/world.ts";
import { t } from "../words.ts";

type Keys = [key: string, what: string][];

const forDispatchers = (): Keys => [
  ["1 – 9", t("help.assign")],
  ["A", t("help.a")],
  ["L", t("act.lock")],
  ["⇧L", t("act.unlock")],
  ["R", t("act.release")],
  ["C", t("act.contractor")],
  ["F", t("act.eta")],
  ["Z", t("act.notThere")],
  ["G", t("act.merge")],
  ["I  U  V", `${t("top.incidents")} / ${t("top.units")} / ${t("top.visits")}`],
];

const forCallTakers = (): Keys => [
  ["N", t("top.new")],
  ["J K ↓ ↑", t("help.queue")],
  ["S", t("act.solve")],
  ["E", t("act.correct")],
  ["W", t("act.note")],
  ["X", t("act.cancel")],
  ["P", t("card.reveal")],
  ...(mayDispatch.value ? [] : ([["I  V", `${t("top.incidents")} / ${t("top.visits")}`]] as Keys)),
  ["B", t("visit.book")],
];

const forRoads = (): Keys => [
  ["T", t("road.report")],
  ["O", t("cmd.tabRoads")],
  ...(mayTakeCalls.value ? [] : ([["X", t("road.takeBack")]] as Keys)),
];

/** The keys that do something for whoever is logged in. */
const keys = (): Keys => [
  ["/", t("help.command")],
  ...(mayTakeCalls.value ? forCallTakers() : []),
  ...(mayDispatch.value ? forDispatchers() : []),
  ...(mayKeepRoads.value ? forRoads() : []),
  ["M", t("map.show")],
  ["D", t("top.theme")],
  ["Esc", t("help.esc")],
];

export function Help() {
  return (
    <Dialog
      title={t("help.title")}
      wide
      onClose={() => {
        overlay.value = null;
      }}
    >
      <dl class="help-keys">
        {keys().map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {mayDispatch.value && <p>{t("help.drag")}</p>}
      {mayTakeCalls.value && <h3>{t("help.shapes")}</h3>}
      {mayTakeCalls.value && <p>{t("help.pins")}</p>}
      {mayDispatch.value && <p>{t("help.units")}</p>}
      <p>{t("help.map")}</p>
    </Dialog>
  );
}
