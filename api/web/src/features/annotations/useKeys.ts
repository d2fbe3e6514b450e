import { useEffect } from "react";
import type { ChoiceClass } from "../../client/types";
import { usePreference } from "../../components/preferences";
import type { LabelDesk } from "./desk";
import { belongsElsewhere, classOf, commandOf, singleKeys } from "./keys";

interface KeysProps {
  desk: LabelDesk;
  /** Whether a dialog is open: it has its own keys. */
  open: boolean;
  setSheet: (sheet: "skip" | "flag" | "recent" | "guideline" | "sheet") => void;
  /** Answers a single choice; other questions have editors that hear keys themselves. */
  choose: ((choice: ChoiceClass) => void) | null;
}

/** Every action by one key, while nothing else has a claim to it. */
export function useKeys({ desk, open, setSheet, choose }: KeysProps): void {
  const on = usePreference(singleKeys) === "on";
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!on || open || belongsElsewhere(event)) return;
      const state = desk.getState();
      const choice = choose && classOf(event, state.desk?.schema.question.classes ?? []);
      const command = commandOf(event);
      if (choice) choose(choice);
      else if (command === "undo") void desk.undo();
      else if (command === "guideline" || command === "sheet" || command === "recent")
        setSheet(command);
      else if (command && state.queue.length > 0) setSheet(command);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [desk, on, open, setSheet, choose]);
}
