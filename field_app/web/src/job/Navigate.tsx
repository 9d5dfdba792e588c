import { Sheet } from "../Sheet.tsx";
import { t } from "../words.ts";
import type { Goal } from "./goal.ts";
import { amapLink, baiduLink, systemLink } from "./navigation.ts";

export function Navigate({ goal, onClose }: { goal: Goal; onClose: () => void }) {
  return (
    <Sheet title={t("go.title")} onClose={onClose}>
      <a class="button big" href={amapLink(goal)} rel="noreferrer">
        {t("go.amap")}
      </a>
      <a class="button big" href={baiduLink(goal)}>
        {t("go.baidu")}
      </a>
      <a class="button big" href={systemLink(goal)}>
        {t("go.system")}
      </a>
    </Sheet>
  );
}
