import { useWords } from "../../../components/language";
import { DataView } from "../ItemView";
import type { EditorProps } from "./contract";
import { type Side, sideIn, withSide } from "./question";
import { useEditorKeys } from "./useEditorKeys";
import { words } from "./words";

const SIDES: Side[] = ["left", "right"];
const KEYS: Partial<Record<string, Side>> = {
  "1": "left",
  ArrowLeft: "left",
  "2": "right",
  ArrowRight: "right",
};

/** Two things side by side: one key, or a touch, says which is the better one. */
export default function PairEditor(props: EditorProps) {
  const { question, item, objects, value, disabled, keys, onAnswer } = props;
  const w = useWords(words);
  const given = sideIn(value);
  const names = { left: question.to_name, right: question.beside };
  useEditorKeys(keys, (event) => {
    const side = event.repeat ? undefined : KEYS[event.key];
    if (side) onAnswer(withSide(question, side));
    return side !== undefined;
  });
  return (
    <div className="pair">
      {SIDES.map((side, i) => {
        const object = objects.find((one) => one.name === names[side]);
        return (
          <section key={side} className="side" aria-label={w.sides[side]}>
            <div className="item" role="group" tabIndex={0} aria-label={w.sides[side]}>
              {object && <DataView object={object} value={item.data[object.field]} />}
            </div>
            <button
              type="button"
              className={side === given ? "ans before" : "ans"}
              aria-pressed={given === null ? undefined : side === given}
              aria-keyshortcuts={String(i + 1)}
              aria-disabled={disabled}
              onClick={(event) => onAnswer(withSide(question, side), event.detail > 1)}
            >
              <kbd aria-hidden="true">{i + 1}</kbd>
              <span className="name">{w.sides[side]}</span>
            </button>
          </section>
        );
      })}
    </div>
  );
}
