interface Presence {
  /** A key, a pointer, a scroll. */
  sign: () => void;
  /** The tab was left. */
  away: () => void;
  /** The tab is in front again, or the line is back. */
  back: () => void;
}

/** Hears whether somebody is here; the returned function ends it. */
export function watchPresence({ sign, away, back }: Presence): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  addEventListener("online", back, { signal });
  document.addEventListener("visibilitychange", () => (document.hidden ? away() : back()), {
    signal,
  });
  for (const name of ["pointermove", "pointerdown", "keydown", "wheel"])
    addEventListener(name, sign, { signal, passive: true });
  return () => ending.abort();
}
