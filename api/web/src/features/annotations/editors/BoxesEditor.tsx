import { type CSSProperties, useState } from "react";
import type { Question } from "../../../client/types";
import { useWords } from "../../../components/language";
import { textOf } from "../ItemView";
import { classOf } from "../keys";
import {
  arrowOf,
  between,
  type Box,
  boxAt,
  boxesIn,
  cornersOf,
  moved,
  type PictureSize,
  type Point,
  resized,
  withBoxes,
} from "./boxes";
import { ClassTools } from "./ClassTools";
import type { EditorProps } from "./contract";
import { MarkList } from "./MarkList";
import { markOf, newId } from "./marks";
import { PictureFrame, type Stroke } from "./PictureFrame";
import { useEditorKeys } from "./useEditorKeys";
import { words } from "./words";

/** Where a box begins that is made without a pointer. */
const MIDDLE = { x: 40, y: 40, width: 20, height: 20 };

/** Rectangles on a picture: dragged or set by two taps, moved and resized by keys as well. */
export default function BoxesEditor(props: EditorProps) {
  const [tool, setTool] = useState(props.question.classes[0]?.key ?? "");
  return <BoxDesk key={props.item.handle} {...props} tool={tool} onTool={setTool} />;
}

interface DeskProps extends EditorProps {
  tool: string;
  onTool: (label: string) => void;
}

function BoxDesk(props: DeskProps) {
  const { question, item, objects, value, keys, onChange, tool, onTool } = props;
  const w = useWords(words);
  const [size, setSize] = useState<PictureSize | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const [corner, setCorner] = useState<Point | null>(null);
  const [drawn, setDrawn] = useState<Box | null>(null);
  const boxes = boxesIn(value);
  const current = boxes.find((box) => box.id === selected);
  const object = objects.find((one) => one.name === question.to_name);
  const put = (next: Box[]) => onChange(withBoxes(question, next, size));
  const replace = (box: Box) => put(boxes.map((one) => (one.id === box.id ? box : one)));
  const add = (place: Omit<Box, "id" | "label">) => {
    setCorner(null);
    if (place.width <= 0 || place.height <= 0) return;
    if (boxes.length >= (question.max_regions ?? Infinity)) return;
    const box = { id: newId(), ...place, label: tool };
    put([...boxes, box]);
    setSelected(box.id);
  };
  const remove = (id: string) => {
    put(boxes.filter((box) => box.id !== id));
    setSelected(null);
  };
  const pick = (label: string) => {
    onTool(label);
    if (current) replace({ ...current, label });
  };
  const shaped = (stroke: Stroke): Box => shape(stroke, current, tool);
  const finish = (stroke: Stroke) => {
    setDrawn(null);
    if (!stroke.tapped) {
      const box = shaped(stroke);
      if (box.id === "") add(box);
      else replace(box);
    } else if (corner) add(between(corner, stroke.to));
    else {
      const hit = boxAt(boxes, stroke.to);
      setSelected(hit?.id ?? null);
      if (!hit) setCorner(stroke.to);
    }
  };
  useEditorKeys(keys, (event) => {
    const choice = event.repeat ? undefined : classOf(event, question.classes);
    const by = arrowOf(event);
    if (choice) pick(choice.key);
    else if (by && current) replace(event.shiftKey ? resized(current, by) : moved(current, by));
    else if ((event.key === "Delete" || event.key === "Backspace") && current) remove(current.id);
    else if (event.key === "Escape" && (current ?? corner)) {
      setSelected(null);
      setCorner(null);
    } else if (event.key.toLowerCase() === "n" && !event.repeat) add(MIDDLE);
    else return false;
    return true;
  });
  const pixels = ({ width, height }: Box) =>
    size
      ? `${Math.round((width / 100) * size.width)}×${Math.round((height / 100) * size.height)}`
      : "";
  const shown = drawn ? [...boxes.filter((box) => box.id !== drawn.id), drawn] : boxes;
  return (
    <div className="marking">
      <ClassTools question={question} tool={tool} onPick={pick}>
        <button type="button" className="btn ghost" onClick={() => add(MIDDLE)}>
          {w.newBox} <kbd aria-hidden="true">N</kbd>
        </button>
      </ClassTools>
      <div className="split">
        <PictureFrame
          source={textOf(item.data[object?.field ?? ""])}
          name={question.to_name}
          size={size}
          onSize={setSize}
          onStroke={(stroke) => setDrawn(shaped(stroke))}
          onDone={finish}
          onCancel={() => setDrawn(null)}
        >
          {shown.map((box) => (
            <BoxView
              key={box.id}
              box={box}
              question={question}
              on={box.id === selected || box === drawn}
            />
          ))}
          {corner && <span className="corner" style={placed(corner)} />}
        </PictureFrame>
        <MarkList
          question={question}
          title={w.boxes}
          empty={corner ? w.otherCorner : w.noBoxes}
          marks={boxes}
          selected={selected}
          say={pixels}
          onSelect={setSelected}
          onRemove={remove}
        />
      </div>
      <p className="sr" aria-live="polite">
        {corner ? w.otherCorner : current && w.placeOf(current)}
      </p>
    </div>
  );
}

/** What a stroke does: moves the selected box, pulls its corner, or draws a new one (without id). */
function shape({ from, to, handle }: Stroke, current: Box | undefined, label: string): Box {
  if (current && handle !== null) {
    const fixed = cornersOf(current)[(handle + 2) % 4] ?? from;
    return { ...current, ...between(fixed, to) };
  }
  if (current && boxAt([current], from))
    return moved(current, { x: to.x - from.x, y: to.y - from.y });
  return { id: "", label, ...between(from, to) };
}

const placed = ({ x, y }: Point): CSSProperties => ({ left: `${x}%`, top: `${y}%` });

function BoxView({ box, question, on }: { box: Box; question: Question; on: boolean }) {
  const { className, sign } = markOf(question, box.label);
  const { width, height } = box;
  return (
    <div
      className={`box ${className} ${on ? "on" : ""}`}
      style={{ ...placed(box), width: `${width}%`, height: `${height}%` }}
    >
      <span className="cls" aria-hidden="true">
        {sign}
      </span>
      {on &&
        cornersOf({ ...box, x: 0, y: 0, width: 100, height: 100 }).map((point, i) => (
          <span key={i} className="handle" data-handle={i} style={placed(point)} />
        ))}
    </div>
  );
}
