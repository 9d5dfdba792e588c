/** Every key and every shape, on one sheet. */

import { Dialog } from "../shell/Dialog.tsx";
import { overlay } from "../store/selection.ts";
import { mayKeepRoads } from "../store/world.ts";
import { t } from "../words.ts";

const roadKeys = (): [string, string][] => [
  ["T", t("road.report")],
  ["O", t("cmd.tabRoads")],
];

const keys = (): [string, string][] => [
  ["N", t("top.new")],
  ["/", t("help.command")],
  ["J K ↓ ↑", t("help.queue")],
  ["1 – 9", t("help.assign")],
  ["A", t("help.a")],
  ["L", t("act.lock")],
  ["⇧L", t("act.unlock")],
  ["R", t("act.release")],
  ["C", t("act.contractor")],
  ["F", t("act.eta")],
  ["Z", t("act.notThere")],
  ["S", t("act.solve")],
  ["E", t("act.correct")],
  ["W", t("act.note")],
  ["G", t("act.merge")],
  ["X", t("act.cancel")],
  ["P", t("card.reveal")],
  ["M", t("map.show")],
  ["I  U  V", `${t("top.incidents")} / ${t("top.units")} / ${t("top.visits")}`],
  ["B", t("visit.book")],
  ...(mayKeepRoads.value ? roadKeys() : []),
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
      <p>{t("help.drag")}</p>
      <h3>{t("help.shapes")}</h3>
      <p>{t("help.pins")}</p>
      <p>{t("help.units")}</p>
      <p>{t("help.map")}</p>
    </Dialog>
  );
}
