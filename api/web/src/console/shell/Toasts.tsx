import { Icon } from "@roadflare/kit/icons.tsx";
import { Sentence } from "@roadflare/kit/sentence.tsx";
import { dismiss, toasts } from "../store/toasts.ts";
import { t } from "../words.ts";

export function Toasts() {
  return (
    <ul class="toasts" aria-live="polite">
      {toasts.value.map(({ id, tone, text, undo }) => (
        <li key={id} class={`toast ${tone}`}>
          <Icon name={tone === "good" ? "check" : "warning"} size={18} />
          <span>
            <Sentence text={text} />
          </span>
          {undo && (
            <button
              type="button"
              class="button small"
              onClick={() => {
                dismiss(id);
                undo();
              }}
            >
              {t("done.undo")}
            </button>
          )}
          <button
            type="button"
            class="button quiet icon-only"
            aria-label={t("toast.close")}
            onClick={() => dismiss(id)}
          >
            <Icon name="close" size={15} />
          </button>
        </li>
      ))}
    </ul>
  );
}
