import { Component, type ReactNode } from "react";
import { useWords } from "./language";
import { words } from "./words";

/** Keeps a fault in one part of a page to that part: the rest stays, and the fault is said. */
export class Guard extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError = () => ({ broken: true });

  override render() {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const w = useWords(words);
  return (
    <p className="notice no" role="alert">
      <span className="grow">{w.broken}</span>
      <button type="button" className="btn" onClick={() => location.reload()}>
        {w.reload}
      </button>
    </p>
  );
}
