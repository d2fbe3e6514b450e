import type { ReactNode } from "react";
import { useWords } from "../../../components/language";
import { Guard } from "../../../components/Guard";
import { Failure } from "../../../components/Notice";
import { words as common } from "../../../components/words";
import { DataTable, type Table } from "../Plot";
import type { Asked } from "./useAsked";
import { words } from "./words";

interface FigureProps {
  /** The finding, never the name of the quantity. */
  title: string;
  sub?: string;
  /** Whether the figure rests on items that a model chose, or that are hard: no headline. */
  chosen?: boolean;
  /** The numbers behind the picture. */
  table?: Table | null;
  children?: ReactNode;
}

/** A finding in words, its picture, and its table. */
export function Figure({ title, sub, chosen = false, table, children }: FigureProps) {
  return (
    <figure className="fig">
      <div className="row">
        <h3>{title}</h3>
        {chosen && <ChosenTag />}
      </div>
      {sub && <p className="sub">{sub}</p>}
      {children}
      {table && <DataTable {...table} />}
    </figure>
  );
}

/** Written at every figure that does not rest on the random sample. */
export function ChosenTag() {
  const w = useWords(words);
  return (
    <span className="tag hm" title={w.chosenWhy}>
      {w.chosen}
    </span>
  );
}

interface ShownProps<T> {
  asked: Asked<T>;
  children: (value: T) => ReactNode;
}

/** A figure once the hub has answered; nothing until then, nor where it is not for the reader. */
export function Shown<T>({ asked, children }: ShownProps<T>) {
  if (asked.hidden) return null;
  return (
    <>
      {asked.error !== null && <Failure error={asked.error} onRetry={asked.again} />}
      {asked.value !== null && <Guard>{children(asked.value)}</Guard>}
    </>
  );
}

/** Said once while any of some figures is still to come. */
export function Waiting({ asked }: { asked: Asked<unknown>[] }) {
  const c = useWords(common);
  const isWaiting = asked.some((one) => one.value === null && !one.hidden && one.error === null);
  // While nothing has come its room is kept, so that what stands below does not jump far.
  const isFirst = asked.every((one) => one.value === null);
  return isWaiting ? <p className={isFirst ? "cap room" : "cap"}>{c.loading}</p> : null;
}
