import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { useWords } from "../../components/language";
import { words as common } from "../../components/words";

interface PlotProps {
  height: number | ((width: number) => number);
  /** The picture in words. */
  label: string;
  children: (width: number) => ReactNode;
}

/** An SVG drawn in the pixels of its own width, so that text and lines never stretch. */
export function Plot({ height, label, children }: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const measure = () => setWidth(Math.floor(element.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div className="plot" ref={host}>
      <svg
        height={typeof height === "number" ? height : height(width)}
        role="img"
        aria-label={label}
      >
        {width > 0 && children(width)}
      </svg>
    </div>
  );
}

/** Rows of words and numbers; the first column, and those of `words`, stand to the left. */
export interface Table {
  caption: string;
  head: string[];
  rows: string[][];
  words?: number[];
  /** What opens it; "Show the table" where there is but one. */
  summary?: string;
}

const SENTENCE = 40;

/** The numbers behind a figure. */
export function DataTable({ caption, head, rows, words = [], summary }: Table) {
  const w = useWords(common);
  const align = (column: number) => (column === 0 || words.includes(column) ? undefined : "num");
  // A sentence needs room, or it becomes a column of single words.
  const room = (cell: string, column: number) => (cell.length > SENTENCE ? "long" : align(column));
  if (rows.length === 0) return null;
  return (
    <details className="data">
      <summary>{summary ?? w.showTable}</summary>
      <div className="scroll" tabIndex={0} role="region" aria-label={caption}>
        <table>
          <caption>{caption}</caption>
          <thead>
            <tr>
              {head.map((name, i) => (
                <th key={name} scope="col" className={align(i)}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={i}>
                {row.map((cell, j) => (
                  <td key={j} className={room(cell, j)}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** Words with **strong** parts. */
export function Rich({ text }: { text: string }) {
  return <>{text.split("**").map((part, i) => (i % 2 ? <b key={i}>{part}</b> : part))}</>;
}
