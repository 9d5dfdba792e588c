/** Whether the events flow, and how old the data is when they do not. */

import { Icon } from "@roadflare/kit/icons.tsx";
import { now } from "@roadflare/kit/server_clock.ts";
import { connection } from "../store/world.ts";
import { t } from "../words.ts";

export function ConnectionMark() {
  const { connected, heardAt } = connection.value;
  // Read so that the age is counted on while nothing else changes.
  void now.value;
  const ageS = heardAt === null ? null : Math.round((Date.now() - heardAt) / 1000);
  if (connected) {
    return (
      <p class="live on" role="status">
        <span class="live-dot" />
        {t("live.on")}
      </p>
    );
  }
  return (
    <p class="live off" role="status">
      <Icon name="offline" size={16} />
      {ageS === null ? t("live.connecting") : t("live.off", { n: ageS })}
    </p>
  );
}
