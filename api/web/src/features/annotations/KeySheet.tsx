import { Dialog } from "../../components/Dialog";
import { useWords } from "../../components/language";
import { usePreference } from "../../components/preferences";
import { LanguageSelect, ThemeSelect } from "../../components/Settings";
import { words as common } from "../../components/words";
import type { ChoiceClass } from "../../client/types";
import { inKeyOrder, singleKeys } from "./keys";
import { words } from "./words";

interface SheetProps {
  classes: ChoiceClass[];
  onClose: () => void;
  onSignOut: () => void;
}

/** Every key, and what can be set. */
export function KeySheet({ classes, onClose, onSignOut }: SheetProps) {
  const w = useWords(words);
  const c = useWords(common);
  const keysOn = usePreference(singleKeys) === "on";
  const hotkeys = inKeyOrder(classes).flatMap((choice) => (choice.hotkey ? [choice.hotkey] : []));
  const ends = hotkeys.length > 2 ? [hotkeys[0] ?? "", "…", hotkeys.at(-1) ?? ""] : hotkeys;
  const rows: [string, string[]][] = [
    [w.keyChoose, ends],
    [w.keyUndo, ["Z"]],
    [w.keySkip, ["S", "1 … 4"]],
    [w.keyWrong, ["W", "1 … 5"]],
    [w.keyRecent, ["E"]],
    [w.keyGuide, ["G"]],
    [w.keySheet, ["?"]],
  ];
  return (
    <Dialog title={w.sheet} onClose={onClose}>
      <dl className="keys">
        {rows.map(([what, keys]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className="cap ime">{w.imeNote}</p>
      <h3>{w.settings}</h3>
      <div className="settings">
        <label className="check">
          <input
            type="checkbox"
            checked={keysOn}
            onChange={(event) => singleKeys.set(event.target.checked ? "on" : "off")}
          />
          {w.singleKeys}
        </label>
        <LanguageSelect className="input" />
        <ThemeSelect className="input" />
        <button type="button" className="btn" onClick={onSignOut}>
          {c.signOut}
        </button>
      </div>
    </Dialog>
  );
}
