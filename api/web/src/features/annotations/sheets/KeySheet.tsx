import { Dialog } from "../../../components/Dialog";
import { useWords } from "../../../components/language";
import { usePreference } from "../../../components/preferences";
import { LanguageSelect, ThemeSelect } from "../../../components/Settings";
import { words as common } from "../../../components/words";
import type { Question } from "../../../client/types";
import { sendsAtOnce } from "../editors/question";
import { inKeyOrder, singleKeys } from "../keys";
import { words as page } from "../words";
import { words } from "./words";

interface SheetProps {
  questions: Question[];
  onClose: () => void;
  onSignOut: () => void;
}

/** Every key, and what can be set. */
export function KeySheet({ questions, onClose, onSignOut }: SheetProps) {
  const w = useWords(words);
  const p = useWords(page);
  const c = useWords(common);
  const keysOn = usePreference(singleKeys) === "on";
  const rows: [string, string[]][] = [
    ...questions.flatMap((question) => keysOf(question, w)),
    ...(questions.every(sendsAtOnce) && questions.length === 1 ? [] : [submits(questions, w)]),
    [w.keyUndo, ["Z"]],
    [w.keySkip, ["S", "1 … 4"]],
    [w.keyWrong, ["W", "1 … 5"]],
    [w.keyRecent, ["E"]],
    [w.keyGuide, ["G"]],
    [w.keySheet, ["?"]],
  ];
  return (
    <Dialog title={p.sheet} onClose={onClose}>
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
        <label className="check of-keys">
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

type Words = (typeof words)["en"];
type Row = [string, string[]];

const submits = (questions: Question[], w: Words): Row => [
  w.keySubmit,
  questions.some((one) => one.kind === "text") ? ["Ctrl ⏎"] : ["⏎"],
];

/** What keys do in one kind of question. */
function keysOf({ kind, classes, max_rating: most }: Question, w: Words): Row[] {
  const hotkeys = inKeyOrder(classes).flatMap((choice) => (choice.hotkey ? [choice.hotkey] : []));
  const ends = hotkeys.length > 2 ? [hotkeys[0] ?? "", "…", hotkeys.at(-1) ?? ""] : hotkeys;
  const pick: Row = [w.keyClass, ends];
  switch (kind) {
    case "choice":
      return [[w.keyChoose, ends]];
    case "choices":
      return [[w.keyToggle, ends]];
    case "rating":
      return [[w.keyRate, ["1", "…", (most ?? 5) >= 10 ? "0" : String(most)]]];
    case "number":
      return [
        [w.keyNumber, ["0 … 9"]],
        [w.keyStep, ["↑", "↓"]],
      ];
    case "text":
      return [
        [w.keyText, ["T"]],
        [w.keyLeave, ["Esc"]],
      ];
    case "pair":
      return [[w.keyPair, ["1", "2", "← →"]]];
    case "spans":
      return [
        pick,
        [w.keyWords, ["←", "→"]],
        [w.keyExtend, ["⇧ ← →"]],
        [w.keyCharacters, ["C"]],
        [w.keyRemove, ["⌫"]],
      ];
    case "boxes":
    case "polygons":
      return [
        pick,
        [w.keyNew, ["N"]],
        [w.keyMove, ["← ↑ → ↓"]],
        kind === "boxes" ? [w.keySize, ["⇧ ← →"]] : [w.keyCorner, ["␣"]],
        [w.keyRemove, ["⌫"]],
      ];
  }
}
