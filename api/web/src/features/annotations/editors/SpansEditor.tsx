import { useState } from "react";
import { useLanguage, useWords } from "../../../components/language";
import { textOf } from "../ItemView";
import { classOf } from "../keys";
import { ClassTools } from "./ClassTools";
import { MarkList } from "./MarkList";
import { MarkedText } from "./MarkedText";
import type { Stretch } from "./spans";
import { useEditorKeys } from "./useEditorKeys";
import { useSpans } from "./useSpans";
import { type DeskProps, withTool } from "./withTool";
import { words } from "./words";

function SpanDesk(props: DeskProps) {
  const { question, item, objects, value, keys, onChange, tool, onTool } = props;
  const w = useWords(words);
  const lang = useLanguage();
  const [dragged, setDragged] = useState<Stretch | null>(null);
  const field = objects.find((object) => object.name === question.to_name)?.field ?? "";
  const text = textOf(item.data[field]);
  const spans = useSpans({ question, text, value, lang, onChange });
  const pick = (label: string) => {
    onTool(label);
    spans.label(label, dragged);
    setDragged(null);
  };
  const clear = () => {
    setDragged(null);
    return spans.clear();
  };
  useEditorKeys(keys, (event) => {
    const choice = event.repeat ? undefined : classOf(event, question.classes);
    if (choice) pick(choice.key);
    else if (event.key === "ArrowRight") spans.step(1, event.shiftKey);
    else if (event.key === "ArrowLeft") spans.step(-1, event.shiftKey);
    else if (event.key === "Escape") return clear();
    else if (event.key === "Delete" || event.key === "Backspace") return spans.removeSelected();
    else if (event.key.toLowerCase() === "c" && !event.repeat) spans.toggleUnit();
    else return false;
    return true;
  });
  return (
    <div className="marking">
      <ClassTools question={question} tool={tool} onPick={pick}>
        <button
          type="button"
          className="btn ghost"
          aria-pressed={spans.byCharacter}
          onClick={spans.toggleUnit}
        >
          {w.byCharacter} <kbd aria-hidden="true">C</kbd>
        </button>
      </ClassTools>
      <div className="split">
        <MarkedText
          text={text}
          question={question}
          spans={spans.spans}
          picked={spans.picked}
          selected={spans.selected}
          onDrag={(stretch, byMouse) => {
            if (byMouse) spans.mark(stretch, tool);
            else setDragged(stretch);
          }}
          onTap={spans.tap}
        />
        <MarkList
          question={question}
          title={w.spans}
          empty={
            <>
              <span className="only-l">{w.noSpans}</span>
              <span className="only-s">{w.noSpansByTouch}</span>
            </>
          }
          marks={spans.spans}
          selected={spans.selected}
          say={({ start, end }) => `“${text.slice(start, end)}”`}
          onSelect={spans.select}
          onRemove={spans.remove}
        />
      </div>
      <p className="sr" aria-live="polite">
        {spans.picked && text.slice(spans.picked.start, spans.picked.end)}
      </p>
    </div>
  );
}

/** Labels over a text: a word is picked by arrows, a drag or taps, and a class is laid upon it. */
export default withTool(SpanDesk);
