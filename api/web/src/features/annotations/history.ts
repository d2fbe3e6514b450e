import type { Assignment, OwnAnswer } from "../../client/types";

interface Done {
  handle: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** The item as it was held; null where it was answered before this page was opened. */
  assignment: Assignment | null;
}

const PACE_OVER = 20;

/** One's own latest answers, newest last: what undo can reach, and how fast one works. */
export class History {
  private done: Done[] = [];
  private spent: number[] = [];

  /** Takes in the answers given before this page was opened. */
  fill(answers: OwnAnswer[]): void {
    const known = new Set(this.done.map((answer) => answer.handle));
    const earlier = answers
      .filter((answer) => answer.can_undo && !known.has(answer.handle))
      .map((answer) => ({
        handle: answer.handle,
        at: answer.submitted_at / 1000,
        assignment: null,
      }));
    this.done = [...this.done, ...earlier].sort((a, b) => a.at - b.at);
  }

  add(assignment: Assignment, spentMs: number): void {
    this.remove(assignment.handle);
    this.done.push({ handle: assignment.handle, at: Date.now(), assignment });
    this.spent = [...this.spent, spentMs].slice(-PACE_OVER);
  }

  remove(handle: string): void {
    this.done = this.done.filter((answer) => answer.handle !== handle);
  }

  /** The answer that undo would take back. */
  get latest(): Done | undefined {
    return this.done.at(-1);
  }

  /** Median active time of the last answers, in ms. */
  get pace(): number | null {
    if (this.spent.length < 3) return null;
    const sorted = [...this.spent].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? null;
  }
}
