import { common } from "@roadflare/kit/common_words.ts";
import { language, speak } from "@roadflare/kit/words.ts";

export function LanguageSwitch() {
  return (
    <button
      type="button"
      class="button quiet"
      aria-label={common("language.switch")}
      onClick={() => speak(language.value === "zh" ? "en" : "zh")}
    >
      {common("language.other")}
    </button>
  );
}
