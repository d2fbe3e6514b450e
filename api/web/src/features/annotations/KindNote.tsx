import type { Assignment } from "../../client/types";
import { useWords } from "../../components/language";
import { words } from "./words";

/** Says what kind of question this is, where that is no secret. */
export function KindNote({ kind }: { kind: Assignment["kind"] }) {
  const w = useWords(words);
  if (kind === "work") return null;
  return <p className="notice">{kind === "training" ? w.training : w.test}</p>;
}
