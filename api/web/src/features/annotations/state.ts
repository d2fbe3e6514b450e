import type { Assignment, Desk, Feedback, NoWork, Region } from "../../client/types";
import type { Courier, Line } from "./courier";
import type { History } from "./history";
import type { Hand } from "./leases";
import type { KeptAnswer, Outbox } from "./outbox";

/** What a training question taught, until its reader goes on. */
export interface Taught {
  item: string;
  feedback: Feedback;
}

/** What the page shows. */
export interface DeskState {
  error: unknown;
  desk: Desk | null;
  queue: Assignment[];
  noWork: NoWork | null;
  waiting: number;
  slow: boolean;
  durable: boolean;
  line: Line;
  refused: KeptAnswer[];
  last: { kind: KeptAnswer["kind"]; result: Region[] } | null;
  canUndo: boolean;
  undoing: boolean;
  undoFailed: unknown;
  note: string | null;
  taught: Taught | null;
  today: number;
  /** Median of the last answers' active time, in ms. */
  pace: number | null;
}

/** Before the hub has said anything: only what this browser still keeps is known. */
export function beforeOpening(outbox: Outbox): DeskState {
  return {
    error: null,
    desk: null,
    queue: [],
    noWork: null,
    waiting: outbox.waiting.length,
    slow: outbox.waiting.length > 0,
    durable: true,
    line: "fine",
    refused: outbox.refused,
    last: null,
    canUndo: false,
    undoing: false,
    undoFailed: null,
    note: null,
    taught: null,
    today: 0,
    pace: null,
  };
}

interface Holders {
  hand: Hand;
  outbox: Outbox;
  courier: Courier;
  history: History;
}

/** What the desk's parts hold at this moment. */
export const heldNow = ({ hand, outbox, courier, history }: Holders) => ({
  queue: hand.queue,
  waiting: outbox.waiting.length,
  durable: outbox.durable,
  line: courier.line,
  refused: outbox.refused,
  canUndo: history.latest !== undefined,
  pace: history.pace,
});

/** Whether an item was leased under a schema or guideline that this desk does not show yet. */
export const isOutdated = ({ schema, guideline }: Desk, item: Assignment): boolean =>
  item.schema_version > schema.version || item.guideline_version > guideline.version;
