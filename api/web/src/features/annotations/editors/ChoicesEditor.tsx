import { nameIn, useLanguage, useWords } from "../../../components/language";
import { classOf, inKeyOrder, isKeypad } from "../keys";
import type { EditorProps } from "./contract";
import { chosenIn, withChoices } from "./question";
import { useEditorKeys } from "./useEditorKeys";
import { words } from "./words";

/** Several of the classes: keys and touches put them on and off. */
export default function ChoicesEditor({ question, value, keys, onChange }: EditorProps) {
  const w = useWords(words);
  const lang = useLanguage();
  const { classes } = question;
  const chosen = chosenIn(value);
  const toggle = (key: string) => {
    const kept = classes.filter((one) => chosen.includes(one.key) !== (one.key === key));
    const wanted = kept.map((one) => one.key);
    onChange(withChoices(question, wanted));
  };
  useEditorKeys(keys, (event) => {
    const choice = event.repeat ? undefined : classOf(event, classes);
    if (choice) toggle(choice.key);
    return choice !== undefined;
  });
  const size = isKeypad(classes) ? "ten" : classes.length > 12 ? "many" : "";
  return (
    <div className={`answers several ${size}`} role="group" aria-label={w.severalAnswers}>
      {inKeyOrder(classes).map((choice) => (
        <button
          key={choice.key}
          type="button"
          role="checkbox"
          className="ans"
          aria-checked={chosen.includes(choice.key)}
          aria-keyshortcuts={choice.hotkey ?? undefined}
          onClick={() => toggle(choice.key)}
        >
          <span className="tick" aria-hidden="true" />
          {choice.hotkey && !isKeypad(classes) && <kbd aria-hidden="true">{choice.hotkey}</kbd>}
          <span className="name">{nameIn(lang, choice.names, choice.key)}</span>
        </button>
      ))}
    </div>
  );
}
