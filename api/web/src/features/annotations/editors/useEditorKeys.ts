import { useEffect, useEffectEvent } from "react";
import { usePreference } from "../../../components/preferences";
import { inField, singleKeys } from "../keys";

/** Hears keys before the page does; `press` says whether the key was its own. */
export function useEditorKeys(active: boolean, press: (event: KeyboardEvent) => boolean): void {
  const letters = usePreference(singleKeys) === "on";
  const heard = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || inField(event) || (event.key.length === 1 && !letters)) return;
    if (press(event)) event.preventDefault();
  });
  useEffect(() => {
    if (!active) return undefined;
    const listen = (event: KeyboardEvent) => heard(event);
    addEventListener("keydown", listen, { capture: true });
    return () => removeEventListener("keydown", listen, { capture: true });
  }, [active]);
}

/** Buttons that Space presses; on them Enter goes on to the next item. */
const PASS = "[role=checkbox], .pick";

/** Whether Enter may submit: any other button or link that has the focus keeps it. */
export function enterSubmits(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" || event.shiftKey || event.repeat) return false;
  const { target } = event;
  return !(target instanceof Element && target.closest(`a, button:not(${PASS}), summary, select`));
}
