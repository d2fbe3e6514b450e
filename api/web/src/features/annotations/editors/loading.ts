import { type ComponentType, useEffect, useState } from "react";
import type { EditorProps } from "./contract";
import type { EditingProps } from "./Editing";
import type { Kind } from "./question";

type Editor = ComponentType<EditorProps>;
export type Editors = ReadonlyMap<Kind, Editor>;

// Each kind's editor comes apart: the first label of a choice waits for none of them.
const LOADERS: Record<Kind, () => Promise<{ default: Editor }>> = {
  choice: () => import("./ChoiceEditor"),
  choices: () => import("./ChoicesEditor"),
  rating: () => import("./RatingEditor"),
  number: () => import("./NumberEditor"),
  text: () => import("./TextEditor"),
  pair: () => import("./PairEditor"),
  spans: () => import("./SpansEditor"),
  boxes: () => import("./BoxesEditor"),
  polygons: () => import("./PolygonsEditor"),
};

const loaded = new Map<Kind, Editor>();
let desk: ComponentType<EditingProps> | null = null;

async function load(kind: Kind): Promise<void> {
  const [{ default: editing }, { default: editor }] = await Promise.all([
    import("./Editing"),
    LOADERS[kind](),
  ]);
  desk = editing;
  loaded.set(kind, editor);
}

interface Loading {
  /** The desk that the editors stand on; null until all that are needed have come. */
  Editing: ComponentType<EditingProps> | null;
  editors: Editors;
  failed: unknown;
  retry: () => void;
}

/** The editors of these kinds, fetched once; where the line is down one can ask again. */
export function useEditors(kinds: Kind[]): Loading {
  const [, setRound] = useState(0);
  const [failed, setFailed] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  const missing = kinds.filter((kind) => !loaded.has(kind)).join();
  useEffect(() => {
    if (missing === "") return;
    const wanted = missing.split(",") as Kind[];
    Promise.all(wanted.map(load)).then(() => {
      setFailed(null);
      setRound((round) => round + 1);
    }, setFailed);
  }, [missing, tries]);
  return {
    Editing: missing === "" ? desk : null,
    editors: loaded,
    failed: missing === "" ? null : failed,
    retry: () => setTries((n) => n + 1),
  };
}
