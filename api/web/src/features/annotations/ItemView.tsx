import { useState } from "react";
import type { Assignment, ShownObject } from "../../client/types";
import { useWords } from "../../components/language";
import { words } from "./words";

interface ItemProps {
  item: Assignment;
  objects: ShownObject[];
  /** All shown objects, where some of them are shown elsewhere. */
  fields?: ShownObject[];
  /** Waits behind the one on the screen, so that its picture is already loaded. */
  hidden: boolean;
}

/** One item as the annotator may see it; its area has the same size whatever is in it. */
export function ItemView({ item, objects, fields = objects, hidden }: ItemProps) {
  const w = useWords(words);
  const picture = objects.some((object) => object.kind === "picture");
  const shown = new Set(fields.map((object) => object.field));
  const beside = Object.entries(item.data).filter(
    ([name, value]) => !shown.has(name) && ["string", "number"].includes(typeof value),
  );
  return (
    <div
      className={picture ? "item mid" : "item"}
      hidden={hidden}
      tabIndex={0}
      role="group"
      aria-label={w.item}
    >
      {beside.length > 0 && (
        <dl className="meta">
          {beside.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt> <dd>{String(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {objects.map((object) => (
        <DataView key={object.name} object={object} value={item.data[object.field]} />
      ))}
    </div>
  );
}

/** A field of an item as it is shown. */
export const textOf = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

/** One object of an item. */
export function DataView({ object, value }: { object: ShownObject; value: unknown }) {
  const text = textOf(value);
  if (object.kind === "picture") return <Picture name={object.name} source={text} />;
  return <p className="msg">{text}</p>;
}

function Picture({ name, source }: { name: string; source: string }) {
  const w = useWords(words);
  const [failed, setFailed] = useState(false);
  if (failed) return <p className="notice no">{w.pictureFailed}</p>;
  return (
    <img
      className="picture"
      src={source}
      alt={w.picture(name)}
      decoding="sync"
      onError={() => setFailed(true)}
      onLoad={(event) => {
        // A small picture is drawn larger with hard edges: smoothing would invent ink.
        const { naturalWidth } = event.currentTarget;
        event.currentTarget.classList.toggle("tiny", naturalWidth > 0 && naturalWidth <= 64);
      }}
    />
  );
}
