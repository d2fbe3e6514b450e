import { type CSSProperties, type PointerEvent, type ReactNode, useRef, useState } from "react";
import { useWords } from "../../../components/language";
import { words as common } from "../words";
import type { PictureSize, Point } from "./boxes";
import { words } from "./words";

/** Below this a picture's own pixels are drawn with hard edges: smoothing would invent ink. */
const TINY_PX = 64;
/** A finger or a hand that moves no further than this has tapped. */
const TAP_PX = 5;

/** A pointer on the picture: where it went down, where it is, in per cent of its sides. */
export interface Stroke {
  from: Point;
  to: Point;
  /** Which handle it took hold of, if any. */
  handle: number | null;
  tapped: boolean;
}

interface FrameProps {
  source: string;
  name: string;
  size: PictureSize | null;
  onSize: (size: PictureSize) => void;
  onStroke: (stroke: Stroke) => void;
  onDone: (stroke: Stroke) => void;
  onCancel: () => void;
  /** What is drawn upon the picture, placed in per cent. */
  children: ReactNode;
}

/** A picture as large as its place allows, and the strokes drawn upon it. */
export function PictureFrame(props: FrameProps) {
  const { source, name, size, onSize, onStroke, onDone, onCancel, children } = props;
  const w = useWords(words);
  const c = useWords(common);
  const [failed, setFailed] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const down = useRef<{ from: Point; at: Point; handle: number | null } | null>(null);
  const here = ({ clientX, clientY }: PointerEvent): Point => {
    const place = frame.current?.getBoundingClientRect();
    if (!place) return { x: 0, y: 0 };
    return {
      x: ((clientX - place.left) / place.width) * 100,
      y: ((clientY - place.top) / place.height) * 100,
    };
  };
  const stroke = (event: PointerEvent): Stroke | null => {
    if (!down.current) return null;
    const { from, at, handle } = down.current;
    const far = Math.hypot(event.clientX - at.x, event.clientY - at.y);
    return { from, to: here(event), handle, tapped: far <= TAP_PX };
  };
  const start = (event: PointerEvent) => {
    if (event.button !== 0 || !event.isPrimary) return;
    const taken = event.target instanceof HTMLElement ? event.target.dataset.handle : undefined;
    const at = { x: event.clientX, y: event.clientY };
    down.current = { from: here(event), at, handle: taken === undefined ? null : Number(taken) };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    const drawn = stroke(event);
    if (drawn && !drawn.tapped) onStroke(drawn);
  };
  const end = (event: PointerEvent) => {
    const drawn = stroke(event);
    down.current = null;
    if (drawn) onDone(drawn);
  };
  if (failed) return <p className="notice no">{c.pictureFailed}</p>;
  const ratio = { "--ratio": size ? size.width / size.height : 1.5 } as CSSProperties;
  return (
    <div className="canvas">
      <div
        ref={frame}
        className="frame"
        style={ratio}
        role="application"
        tabIndex={0}
        aria-label={w.pictureToMark(name)}
        onPointerDown={start}
        onPointerMove={move}
        onPointerUp={end}
        onPointerCancel={() => {
          down.current = null;
          onCancel();
        }}
      >
        <img
          className={size && size.width <= TINY_PX ? "tiny" : ""}
          src={source}
          alt={c.picture(name)}
          draggable={false}
          onError={() => setFailed(true)}
          onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) =>
            onSize({ width: width || 1, height: height || 1 })
          }
        />
        {children}
      </div>
    </div>
  );
}
