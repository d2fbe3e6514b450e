import { type CSSProperties, type PointerEvent, type ReactNode, useEffect, useRef } from "react";
import type { Question } from "../../../client/types";
import { useWords } from "../../../components/language";
import { markOf } from "./marks";
import { lanesOf, type Piece, piecesOf, type Span, type Stretch } from "./spans";
import { words } from "./words";

/** A finger or a hand that moves no further than this has tapped. */
const TAP_PX = 6;

interface TextProps {
  text: string;
  question: Question;
  spans: Span[];
  picked: Stretch | null;
  selected: string | null;
  /** A stretch was selected as one selects text; a mouse is done with it, a finger may go on. */
  onDrag: (stretch: Stretch, byMouse: boolean) => void;
  onTap: (place: number) => void;
}

/** The text with its spans; signs are drawn beside it, so that a mark moves no letter. */
export function MarkedText(props: TextProps) {
  const { text, question, spans, picked, selected, onDrag, onTap } = props;
  const w = useWords(words);
  const element = useRef<HTMLDivElement>(null);
  const down = useRef({ x: 0, y: 0 });
  const lanes = lanesOf(spans);
  useEffect(() => {
    element.current?.querySelector(".picked")?.scrollIntoView({ block: "nearest" });
  }, [picked?.start, picked?.end]);
  const onUp = (event: PointerEvent) => {
    const mouse = event.pointerType !== "touch";
    const stretch = element.current && selectedIn(element.current);
    if (stretch) {
      onDrag(stretch, mouse);
      if (mouse) getSelection()?.removeAllRanges();
      return;
    }
    const far = Math.hypot(event.clientX - down.current.x, event.clientY - down.current.y);
    const place = element.current && placeUnder(element.current, event);
    if (far <= TAP_PX && typeof place === "number") onTap(place);
  };
  return (
    <div
      ref={element}
      className="item marked"
      role="application"
      tabIndex={0}
      aria-label={w.textToMark}
      onPointerDown={(event) => {
        down.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerUp={onUp}
    >
      {piecesOf(text, spans, picked).map((piece) => (
        <PieceView key={piece.start} {...{ piece, question, lanes, selected }} />
      ))}
    </div>
  );
}

interface PieceProps {
  piece: Piece;
  question: Question;
  lanes: Map<string, number>;
  selected: string | null;
}

function PieceView({ piece, question, lanes, selected }: PieceProps) {
  const ends = piece.over.filter((span) => span.end === piece.end);
  const inner: ReactNode = piece.picked ? <span className="picked">{piece.text}</span> : piece.text;
  const wrapped = piece.over.reduceRight<ReactNode>((within, span) => {
    const { className } = markOf(question, span.label);
    const on = span.id === selected ? "on" : "";
    const lane = { "--lane": lanes.get(span.id) ?? 0 } as CSSProperties;
    return (
      <mark key={span.id} className={`span ${className} ${on}`} style={lane}>
        {within}
      </mark>
    );
  }, inner);
  return (
    <span data-start={piece.start}>
      {wrapped}
      {ends.map((span) => {
        const { className, sign } = markOf(question, span.label);
        const lane = { "--lane": lanes.get(span.id) ?? 0 } as CSSProperties;
        return <i key={span.id} className={`sign ${className}`} style={lane} data-sign={sign} />;
      })}
    </span>
  );
}

/** What is selected within an element, in UTF-16 units of its text. */
function selectedIn(element: Element): Stretch | null {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(element)) return null;
  const text = element.textContent.length;
  const has = (node: Node) => element.contains(node);
  const start = has(range.startContainer)
    ? unitsUpTo(element, range.startContainer, range.startOffset)
    : 0;
  const end = has(range.endContainer)
    ? unitsUpTo(element, range.endContainer, range.endOffset)
    : text;
  return start < end ? { start, end } : null;
}

function unitsUpTo(element: Element, node: Node, offset: number): number {
  const range = document.createRange();
  range.selectNodeContents(element);
  range.setEnd(node, offset);
  return range.toString().length;
}

/** The place in the text under a pointer. */
function placeUnder(element: Element, event: PointerEvent): number | null {
  const caret = caretAt(event.clientX, event.clientY);
  if (caret && element.contains(caret.node)) return unitsUpTo(element, caret.node, caret.offset);
  const piece = event.target instanceof Element && event.target.closest("[data-start]");
  return piece ? Number(piece.getAttribute("data-start")) : null;
}

interface CaretFinders {
  caretPositionFromPoint?: (x: number, y: number) => { offsetNode: Node; offset: number } | null;
  /** Safari's older name for it. */
  caretRangeFromPoint?: (x: number, y: number) => Range | null;
}

function caretAt(x: number, y: number): { node: Node; offset: number } | null {
  const finders = document as unknown as CaretFinders;
  const position = finders.caretPositionFromPoint?.(x, y);
  if (position) return { node: position.offsetNode, offset: position.offset };
  const range = finders.caretRangeFromPoint?.(x, y);
  return range ? { node: range.startContainer, offset: range.startOffset } : null;
}
