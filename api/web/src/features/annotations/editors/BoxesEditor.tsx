import { useState } from "react";
import type { Question } from "../../../client/types";
import { useWords } from "../../../components/language";
import { classOf } from "../keys";
import {
  arrowOf,
  between,
  type Box,
  boxAt,
  boxesIn,
  cornersOf,
  moved,
  type Point,
  resized,
  withBoxes,
} from "./boxes";
import { markOf, newId } from "./marks";
import { Handles, PictureDesk, placed } from "./PictureDesk";
import type { Stroke } from "./PictureFrame";
import { useEditorKeys } from "./useEditorKeys";
import { usePictureMarks } from "./usePictureMarks";
import { type DeskProps, withTool } from "./withTool";
import { words } from "./words";

/** Where a box begins that is made without a pointer. */
const MIDDLE = { x: 40, y: 40, width: 20, height: 20 };
const SHAPE = { read: boxesIn, write: withBoxes };

function BoxDesk(props: DeskProps) {
  const { question, keys, tool } = props;
  const w = useWords(words);
  const desk = usePictureMarks(props, SHAPE);
  const { marks: boxes, current, size, select, replace } = desk;
  const [corner, setCorner] = useState<Point | null>(null);
  const [drawn, setDrawn] = useState<Box | null>(null);
  const add = (place: Omit<Box, "id" | "label">) => {
    setCorner(null);
    if (place.width > 0 && place.height > 0) desk.add({ id: newId(), ...place, label: tool });
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
      select(hit?.id ?? null);
      if (!hit) setCorner(stroke.to);
    }
  };
  useEditorKeys(keys, (event) => {
    const choice = event.repeat ? undefined : classOf(event, question.classes);
    const by = arrowOf(event);
    const erases = event.key === "Delete" || event.key === "Backspace";
    if (choice) desk.pick(choice.key);
    else if (by && current) replace(event.shiftKey ? resized(current, by) : moved(current, by));
    else if (erases && current) desk.remove(current.id);
    else if (event.key === "Escape" && (current ?? corner)) {
      select(null);
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
    <PictureDesk
      desk={props}
      marks={desk}
      title={w.boxes}
      empty={corner ? w.otherCorner : w.noBoxes}
      say={pixels}
      tools={
        <button type="button" className="btn ghost" onClick={() => add(MIDDLE)}>
          {w.newBox} <kbd aria-hidden="true">N</kbd>
        </button>
      }
      said={corner ? w.otherCorner : current && w.placeOf(current)}
      onStroke={(stroke) => setDrawn(shaped(stroke))}
      onDone={finish}
      onCancel={() => setDrawn(null)}
    >
      {shown.map((box) => (
        <BoxView
          key={box.id}
          box={box}
          question={question}
          on={box.id === desk.selected || box === drawn}
        />
      ))}
      {corner && <span className="corner" style={placed(corner)} />}
    </PictureDesk>
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
      {on && <Handles points={cornersOf({ ...box, x: 0, y: 0, width: 100, height: 100 })} />}
    </div>
  );
}

/** Rectangles on a picture: dragged or set by two taps, moved and resized by keys as well. */
export default withTool(BoxDesk);
