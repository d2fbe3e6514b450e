import type { CSSProperties, ReactNode } from "react";
import { textOf } from "../ItemView";
import type { Point } from "./boxes";
import { ClassTools } from "./ClassTools";
import { MarkList } from "./MarkList";
import type { Mark } from "./marks";
import { PictureFrame, type Stroke } from "./PictureFrame";
import type { PictureMarks } from "./usePictureMarks";
import type { DeskProps } from "./withTool";

interface PictureDeskProps<M extends Mark> {
  desk: DeskProps;
  marks: PictureMarks<M>;
  title: string;
  /** What the list says while nothing is marked. */
  empty: string;
  /** A mark in a few words. */
  say: (mark: M) => string;
  /** What else can be done, beside the classes. */
  tools: ReactNode;
  /** What a screen reader is told as it happens. */
  said: ReactNode;
  onStroke: (stroke: Stroke) => void;
  onDone: (stroke: Stroke) => void;
  onCancel: () => void;
  /** The marks, drawn upon the picture. */
  children: ReactNode;
}

/** A picture to mark: the classes above it, the strokes upon it, the list of marks beside it. */
export function PictureDesk<M extends Mark>(props: PictureDeskProps<M>) {
  const { desk, marks, tools, said, title, empty, say, children } = props;
  const { question, item, objects, tool } = desk;
  const object = objects.find((one) => one.name === question.to_name);
  return (
    <div className="marking">
      <ClassTools question={question} tool={tool} onPick={marks.pick}>
        {tools}
      </ClassTools>
      <div className="split">
        <PictureFrame
          source={textOf(item.data[object?.field ?? ""])}
          name={question.to_name}
          size={marks.size}
          onSize={marks.setSize}
          onStroke={props.onStroke}
          onDone={props.onDone}
          onCancel={props.onCancel}
        >
          {children}
        </PictureFrame>
        <MarkList
          {...{ question, title, empty, say }}
          marks={marks.marks}
          selected={marks.selected}
          onSelect={marks.select}
          onRemove={marks.remove}
        />
      </div>
      <p className="sr" aria-live="polite">
        {said}
      </p>
    </div>
  );
}

/** Where on the picture a point stands. */
export const placed = ({ x, y }: Point): CSSProperties => ({ left: `${x}%`, top: `${y}%` });

/** Points of a mark that can be taken hold of. */
export const Handles = ({ points }: { points: Point[] }) =>
  points.map((point, i) => (
    <span key={i} className="handle" data-handle={i} style={placed(point)} />
  ));
