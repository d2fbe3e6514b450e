import { type CSSProperties, useState } from "react";
import type { Question } from "../../../client/types";
import { useWords } from "../../../components/language";
import { textOf } from "../ItemView";
import { classOf } from "../keys";
import { arrowOf, type PictureSize, type Point } from "./boxes";
import { ClassTools } from "./ClassTools";
import type { EditorProps } from "./contract";
import { MarkList } from "./MarkList";
import { markOf, newId } from "./marks";
import { PictureFrame, type Stroke } from "./PictureFrame";
import {
  apart,
  bent,
  holds,
  LEAST_CORNERS,
  type Polygon,
  polygonsIn,
  shifted,
  within,
  withPolygons,
} from "./polygons";
import { useEditorKeys } from "./useEditorKeys";
import { words } from "./words";

/** A tap this near to the first corner closes the outline, in per cent. */
const CLOSES = 3;
const MIDDLE = { x: 50, y: 50 };

/** Outlines on a picture: corner after corner by taps, or by a cross that arrow keys move. */
export default function PolygonsEditor(props: EditorProps) {
  const [tool, setTool] = useState(props.question.classes[0]?.key ?? "");
  return <PolygonDesk key={props.item.handle} {...props} tool={tool} onTool={setTool} />;
}

interface DeskProps extends EditorProps {
  tool: string;
  onTool: (label: string) => void;
}

function PolygonDesk(props: DeskProps) {
  const { question, item, objects, value, keys, onChange, tool, onTool } = props;
  const w = useWords(words);
  const [size, setSize] = useState<PictureSize | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const [corners, setCorners] = useState<Point[]>([]);
  const [cross, setCross] = useState<Point | null>(null);
  const [pulled, setPulled] = useState<Polygon | null>(null);
  const polygons = polygonsIn(value);
  const current = polygons.find((one) => one.id === selected);
  const object = objects.find((one) => one.name === question.to_name);
  const put = (next: Polygon[]) => onChange(withPolygons(question, next, size));
  const replace = (changed: Polygon) =>
    put(polygons.map((one) => (one.id === changed.id ? changed : one)));
  const close = () => {
    const full = polygons.length >= (question.max_regions ?? Infinity);
    setCorners([]);
    setCross(null);
    if (corners.length < LEAST_CORNERS || full) return;
    const polygon = { id: newId(), points: corners, label: tool };
    put([...polygons, polygon]);
    setSelected(polygon.id);
  };
  const set = (point: Point) => {
    const [first] = corners;
    if (first && corners.length >= LEAST_CORNERS && apart(first, point) <= CLOSES) close();
    else setCorners([...corners, within(point)]);
  };
  const tap = (point: Point) => {
    const hit = polygons.find((one) => holds(one, point));
    if (corners.length === 0 && hit) setSelected(hit.id);
    else {
      setSelected(null);
      set(point);
    }
  };
  const pull = ({ from, to, handle }: Stroke): Polygon | null => {
    if (!current) return null;
    if (handle !== null) return bent(current, handle, to);
    return holds(current, from) ? shifted(current, { x: to.x - from.x, y: to.y - from.y }) : null;
  };
  const finish = (stroke: Stroke) => {
    setPulled(null);
    if (stroke.tapped) {
      if (stroke.handle === null) tap(stroke.to);
      return;
    }
    const changed = pull(stroke);
    if (changed) replace(changed);
  };
  const remove = (id: string) => {
    put(polygons.filter((one) => one.id !== id));
    setSelected(null);
  };
  const pick = (label: string) => {
    onTool(label);
    if (current) replace({ ...current, label });
  };
  const stop = () => {
    setSelected(null);
    setCorners([]);
    setCross(null);
  };
  const begin = () => {
    setSelected(null);
    setCross(MIDDLE);
  };
  const drawing = cross !== null || corners.length > 0;
  useEditorKeys(keys, (event) => {
    const choice = event.repeat ? undefined : classOf(event, question.classes);
    const by = arrowOf(event);
    const erases = event.key === "Delete" || event.key === "Backspace";
    if (choice) pick(choice.key);
    else if (by && cross) setCross(within({ x: cross.x + by.x, y: cross.y + by.y }));
    else if (by && current) replace(shifted(current, by));
    else if (event.key === " " && cross && !event.repeat) set(cross);
    else if (event.key === "Enter" && drawing) close();
    else if (erases && corners.length > 0) setCorners(corners.slice(0, -1));
    else if (erases && current) remove(current.id);
    else if (event.key === "Escape" && (drawing || current)) stop();
    else if (event.key.toLowerCase() === "n" && !event.repeat) begin();
    else return false;
    return true;
  });
  return (
    <div className="marking">
      <ClassTools question={question} tool={tool} onPick={pick}>
        {corners.length >= LEAST_CORNERS ? (
          <button type="button" className="btn" onClick={close}>
            {w.closePolygon}
          </button>
        ) : (
          <button type="button" className="btn ghost" onClick={begin}>
            {w.newPolygon} <kbd aria-hidden="true">N</kbd>
          </button>
        )}
      </ClassTools>
      <div className="split">
        <PictureFrame
          source={textOf(item.data[object?.field ?? ""])}
          name={question.to_name}
          size={size}
          onSize={setSize}
          onStroke={(stroke) => setPulled(pull(stroke))}
          onDone={finish}
          onCancel={() => setPulled(null)}
        >
          {polygons.map((one) => (
            <Outline
              key={one.id}
              polygon={pulled?.id === one.id ? pulled : one}
              question={question}
              on={one.id === selected}
            />
          ))}
          {corners.map((point, i) => (
            <span key={i} className="corner" style={placed(point)} />
          ))}
          {cross && <span className="cross" style={placed(cross)} />}
        </PictureFrame>
        <MarkList
          question={question}
          title={w.polygons}
          empty={corners.length > 0 ? w.cornerSet(corners.length) : w.noPolygons}
          marks={polygons}
          selected={selected}
          say={({ points }) => w.corners(points.length)}
          onSelect={setSelected}
          onRemove={remove}
        />
      </div>
      <p className="sr" aria-live="polite">
        {drawing ? w.cornerSet(corners.length) : ""}
      </p>
    </div>
  );
}

const placed = ({ x, y }: Point): CSSProperties => ({ left: `${x}%`, top: `${y}%` });

interface OutlineProps {
  polygon: Polygon;
  question: Question;
  on: boolean;
}

function Outline({ polygon, question, on }: OutlineProps) {
  const { className, sign } = markOf(question, polygon.label);
  const path = polygon.points.map(({ x, y }) => `${x},${y}`).join(" ");
  const [first] = polygon.points;
  return (
    <div className={`outline ${className} ${on ? "on" : ""}`}>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        <polygon className="casing" points={path} />
        <polygon className="line" points={path} />
      </svg>
      {first && (
        <span className="cls" style={placed(first)} aria-hidden="true">
          {sign}
        </span>
      )}
      {on &&
        polygon.points.map((point, i) => (
          <span key={i} className="handle" data-handle={i} style={placed(point)} />
        ))}
    </div>
  );
}
