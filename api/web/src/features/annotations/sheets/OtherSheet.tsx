import type { Desk } from "../../../client/types";
import type { SheetsProps } from "../Sheets";
import { Guideline } from "./Guideline";
import { KeySheet } from "./KeySheet";
import { RecentDialog } from "./RecentDialog";
import { RefusedDialog } from "./RefusedDialog";
import "./sheets.css";

interface OtherProps extends SheetsProps {
  /** The desk as the hub described it. */
  shown: Desk;
  onClose: () => void;
}

/** One's own answers, the guideline, what was refused, the keys. */
export function OtherSheet({ sheet, state, desk, shown, onClose, onSignOut }: OtherProps) {
  const { questions } = shown.schema;
  switch (sheet) {
    case "recent":
      return <RecentDialog desk={desk} questions={questions} onClose={onClose} />;
    case "guideline":
      return <Guideline {...shown.guideline} onClose={onClose} />;
    case "refused":
      return (
        <RefusedDialog
          answers={state.refused}
          questions={questions}
          onDismiss={(answer) => {
            if (state.refused.length === 1) onClose();
            desk.dismiss(answer);
          }}
          onClose={onClose}
        />
      );
    case "sheet":
      return <KeySheet questions={questions} onClose={onClose} onSignOut={onSignOut} />;
    default:
      return null;
  }
}
