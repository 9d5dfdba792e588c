/** One line for everything: find, open, assign, switch. */

import { useEffect, useRef, useState } from "preact/hooks";
import { overlay, typed } from "../store/selection.ts";
import { closedToday, incidents, units } from "../store/world.ts";
import { t } from "../words.ts";
import { type Command, commandsFor } from "./commands.ts";

function run(command: Command | undefined): void {
  if (!command) return;
  overlay.value = null;
  command.run();
}

export function CommandBar() {
  const [at, setAt] = useState(0);
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  const commands = commandsFor(typed.value, incidents.value ?? [], units.value, closedToday.value);
  const active = Math.min(at, Math.max(0, commands.length - 1));
  useEffect(() => {
    box.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [active]);
  const onKey = (event: KeyboardEvent) => {
    // These choose among the characters that an input method offers.
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setAt((active + step + commands.length) % Math.max(1, commands.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(commands[active]);
    }
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it too, by the cancel event
    <dialog
      class="command-bar"
      ref={box}
      aria-label={t("cmd.title")}
      onCancel={(event) => {
        event.preventDefault();
        overlay.value = null;
      }}
      onClick={(event) => {
        if (event.target === box.current) overlay.value = null;
      }}
    >
      <input
        value={typed.value}
        placeholder={t("cmd.placeholder")}
        aria-label={t("cmd.placeholder")}
        aria-controls="commands"
        aria-activedescendant={commands[active] ? `command-${active}` : undefined}
        role="combobox"
        aria-expanded="true"
        autocomplete="off"
        onInput={(event) => {
          typed.value = event.currentTarget.value;
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <div id="commands" role="listbox" class="commands">
        {commands.length === 0 && <p class="muted">{t("cmd.none")}</p>}
        {commands.map((command, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus and points here
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input handles the keys
          <div
            role="option"
            id={`command-${index}`}
            aria-selected={index === active}
            class="command"
            key={command.id}
            onClick={() => run(command)}
            onPointerMove={() => setAt(index)}
          >
            <span>{command.text}</span>
            {command.hint && <small class="muted">{command.hint}</small>}
            {command.keys && <kbd>{command.keys}</kbd>}
          </div>
        ))}
      </div>
    </dialog>
  );
}
