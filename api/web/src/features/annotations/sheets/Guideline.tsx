import type { Desk } from "../../../client/types";
import { Dialog } from "../../../components/Dialog";
import { useWords } from "../../../components/language";
import { words as page } from "../words";
import { words } from "./words";

/** What annotators are told: headings (#), lists (-), examples (>) and paragraphs. */
export function Guideline({ text, version, onClose }: Desk["guideline"] & { onClose: () => void }) {
  const w = useWords(words);
  const p = useWords(page);
  const blocks = text.trim().split(/\n\s*\n/);
  return (
    <Dialog drawer title={p.guideline} note={w.version(version)} onClose={onClose}>
      {text.trim() === "" ? (
        <p className="dim">{w.noGuideline}</p>
      ) : (
        blocks.map((block, i) => <Block key={i} lines={block.split("\n")} />)
      )}
    </Dialog>
  );
}

function Block({ lines }: { lines: string[] }) {
  const [first = "", ...rest] = lines;
  if (first.startsWith("#"))
    return (
      <>
        <h3>{first.replace(/^#+\s*/, "")}</h3>
        {rest.length > 0 && <Block lines={rest} />}
      </>
    );
  if (lines.every((line) => /^\s*[-*]\s/.test(line)))
    return (
      <ul>
        {lines.map((line, i) => (
          <li key={i}>{line.replace(/^\s*[-*]\s+/, "")}</li>
        ))}
      </ul>
    );
  if (first.startsWith(">"))
    return <p className="eg">{lines.map((line) => line.replace(/^>\s?/, "")).join(" ")}</p>;
  return <p className="para">{lines.join("\n")}</p>;
}
