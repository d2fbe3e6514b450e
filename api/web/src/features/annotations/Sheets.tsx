import { useEffect } from "react";
import { useWords } from "../../components/language";
import { later } from "../../components/later";
import type { LabelDesk } from "./desk";
import { ReasonDialog } from "./ReasonDialog";
import type { DeskState } from "./state";
import { words } from "./words";

export type Sheet = "skip" | "flag" | "recent" | "guideline" | "sheet" | "refused" | null;

export interface SheetsProps {
  sheet: Sheet;
  setSheet: (sheet: Sheet) => void;
  state: DeskState;
  desk: LabelDesk;
  onSignOut: () => void;
}

// What nobody opens before the first label comes after it, before anybody asks.
export const OtherSheet = later(async () => (await import("./sheets/OtherSheet")).OtherSheet);
const AFTER_FIRST_ITEM_MS = 2_000;

/** The dialogs of the annotator's page; one at a time. */
export function Sheets(props: SheetsProps) {
  const { sheet, setSheet, state, desk } = props;
  const w = useWords(words);
  const begun = state.queue.length > 0;
  useEffect(() => {
    if (!begun) return undefined;
    // Where the line is down just now it is fetched when it is opened.
    const timer = setTimeout(
      () => void OtherSheet.fetch().catch(() => undefined),
      AFTER_FIRST_ITEM_MS,
    );
    return () => clearTimeout(timer);
  }, [begun]);
  if (!state.desk || sheet === null) return null;
  const close = () => setSheet(null);
  const withReason = (put: (reason: string) => void) => (reason: string) => {
    close();
    put(reason);
  };
  if (sheet === "skip")
    return (
      <ReasonDialog
        title={w.skipTitle}
        reasons={state.desk.skip_reasons}
        names={w.skipReasons}
        onChoose={withReason((reason) => desk.skip(reason))}
        onClose={close}
      />
    );
  if (sheet === "flag")
    return (
      <ReasonDialog
        title={w.wrongTitle}
        reasons={Object.keys(w.wrongReasons)}
        names={w.wrongReasons}
        more={{ label: w.wrongMore, send: w.wrongSend }}
        onChoose={withReason((reason) => desk.flag(reason))}
        onClose={close}
      />
    );
  return <OtherSheet {...props} onClose={close} shown={state.desk} />;
}
