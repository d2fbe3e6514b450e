import type { Assignment } from "../../client/types";
import { useFormat } from "../../components/format";
import { useWords } from "../../components/language";
import { words } from "./words";

/** Says that the project's manager gave this item to this person, until when, and why. */
export function AssignedNote({ due_at, note }: NonNullable<Assignment["assigned"]>) {
  const w = useWords(words);
  const format = useFormat();
  return (
    <p className="assigned">
      <b>{w.assigned(format.when(due_at))}</b> {note}
    </p>
  );
}
