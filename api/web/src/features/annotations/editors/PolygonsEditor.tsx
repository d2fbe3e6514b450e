import { useState } from "react";
import type { Question } from "../../../client/types";
import { useWords } from "../../../components/language";
import { classOf } from "../keys";
import { arrowOf, type Point } from "./boxes";
import { markOf, newId } from "./marks";
import { Handles, PictureDesk, placed } from "./PictureDesk";
import type { Stroke } from "./PictureFrame";
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
import { usePictureMarks } from "./usePictureMarks";
import { type DeskProps, withTool } from "./withTool";
import { words } from "./words";

/** A tap this near to the first corner closes the outline, in per cent. */
const CLOSES = 3;
const MIDDLE = { x: 50, y: 50 };
const SHAPE = { read: polygonsIn, write: withPolygons };

function PolygonDesk(props: DeskProps) {
  const { question, keys, tool } = props;
  const w = useWords(words);
  const desk = usePictureMarks(props, SHAPE);
  const { marks: polygons, current, select, replace } = desk;
  const [corners, setCorners] = useState<Point[]>([]);
  const [cross, setCross] = useState<Point | null>(null);
  const [pulled, setPulled] = useState<Polygon | null>(null);
  const close = () => {
    setCorners([]);
    setCross(null);
    if (corners.length >= LEAST_CORNERS) desk.add({ id: newId(), points: corners, label: tool });
  };
  const set = (point: Point) => {
    const [first] = corners;
    if (first && corners.length >= LEAST_CORNERS && apart(first, point) <= CLOSES) close();
    else setCorners([...corners, within(point)]);
  };
  const tap = (point: Point) => {
    const hit = polygons.find((one) => holds(one, point));
    if (corners.length === 0 && hit) select(hit.id);
    else {
      select(null);
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
  const stop = () => {
    select(null);
    setCorners([]);
    setCross(null);
  };
  const begin = () => {
    select(null);
    setCross(MIDDLE);
  };
  const drawing = cross !== null || corners.length > 0;
  useEditorKeys(keys, (event) => {
    const choice = event.repeat ? undefined : classOf(event, question.classes);
    const by = arrowOf(event);
    const erases = event.key === "Delete" || event.key === "Backspace";
    if (choice) desk.pick(choice.key);
    else if (by && cross) setCross(within({ x: cross.x + by.x, y: cross.y + by.y }));
    else if (by && current) replace(shifted(current, by));
    else if (event.key === " " && cross && !event.repeat) set(cross);
    else if (event.key === "Enter" && drawing) close();
    else if (erases && corners.length > 0) setCorners(corners.slice(0, -1));
    else if (erases && current) desk.remove(current.id);
    else if (event.key === "Escape" && (drawing || current)) stop();
    else if (event.key.toLowerCase() === "n" && !event.repeat) begin();
    else return false;
    return true;
  });
  return (
    <PictureDesk
      desk={props}
      marks={desk}
      title={w.polygons}
      empty={corners.length > 0 ? w.cornerSet(corners.length) : w.noPolygons}
      say={({ points }) => w.corners(points.length)}
      tools={
        corners.length >= LEAST_CORNERS ? (
          <button type="button" className="btn" onClick={close}>
            {w.closePolygon}
          </button>
        ) : (
          <button type="button" className="btn ghost" onClick={begin}>
            {w.newPolygon} <kbd aria-hidden="true">N</kbd>
          </button>
        )
      }
      said={drawing ? w.cornerSet(corners.length) : ""}
      onStroke={(stroke) => setPulled(pull(stroke))}
      onDone={finish}
      onCancel={() => setPulled(null)}
    >
      {polygons.map((one) => (
        <Outline
          key={one.id}
          polygon={pulled?.id === one.id ? pulled : one}
          question={question}
          on={one.id === desk.selected}
        />
      ))}
      {corners.map((point, i) => (
        <span key={i} className="corner" style={placed(point)} />
      ))}
      {cross && <span className="cross" style={placed(cross)} />}
    </PictureDesk>
  );
}

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
      {on && <Handles points={polygon.points} />}
    </div>
  );
}

/** Outlines on a picture: corner after corner by taps, or by a cross that arrow keys move. */
export default withTool(PolygonDesk);
