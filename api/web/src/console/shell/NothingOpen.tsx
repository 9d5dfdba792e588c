/** What stands where no card is open: what whoever is logged in may open, and the keys to begin with. */

import { mayDispatch, mayTakeCalls } from "../store/world.ts";
import { t } from "../words.ts";

export function NothingOpen() {
  if (!mayTakeCalls.value) {
    return (
      <div class="notice">
        <p>{t("card.emptyRoads")}</p>
        <p class="muted">{t("card.emptyRoadsHint")}</p>
        <p class="empty-keys">
          <kbd>T</kbd> · <kbd>/</kbd> · <kbd>?</kbd>
        </p>
      </div>
    );
  }
  return (
    <div class="notice">
      <p>{t(mayDispatch.value ? "card.empty" : "card.emptyCalls")}</p>
      <p class="muted">{t("card.emptyHint")}</p>
      <p class="empty-keys">
        <kbd>J</kbd> <kbd>K</kbd> · <kbd>N</kbd> · <kbd>/</kbd> · <kbd>?</kbd>
      </p>
    </div>
  );
}
