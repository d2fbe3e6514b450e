const LONGEST_LOOK_MS = 30_000;

/** Counts the time somebody was at one item: pauses with the tab, and after 30 s without a sign. */
export class Activity {
  private total = 0;
  private seen: number | null;

  constructor(private readonly now: () => number = () => performance.now()) {
    this.seen = now();
  }

  /** A sign of life: a key, a pointer, a scroll. */
  touch(): void {
    const at = this.now();
    if (this.seen !== null) this.total += Math.min(at - this.seen, LONGEST_LOOK_MS);
    this.seen = at;
  }

  pause(): void {
    this.touch();
    this.seen = null;
  }

  /** Milliseconds so far, and starts again from zero for the next item. */
  restart(): number {
    this.touch();
    const spent = Math.round(this.total);
    this.total = 0;
    return spent;
  }
}
