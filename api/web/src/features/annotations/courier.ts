import { Problem } from "../../client/http";
import { hub } from "../../client/hub";
import type { Receipt } from "../../client/types";
import type { KeptAnswer, Outbox } from "./outbox";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
const MOST_LEASES = 20;

/** How things stand between this browser and the hub. */
export type Line = "fine" | "offline" | "signed_out";

interface CourierEvents {
  /** Something about the line or the outbox changed. */
  changed: () => void;
  delivered: (answer: KeptAnswer, receipt: Receipt) => void;
  refused: (answer: KeptAnswer) => void;
}

/**
 * Brings kept answers to the hub: one at a time, in order, again and again until each is confirmed
 * or refused. Submits are idempotent by `client_key`, so a lost reply costs nothing.
 */
export class Courier {
  line: Line = "fine";
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private round: Promise<void> | null = null;

  constructor(
    private readonly outbox: Outbox,
    /** Leases to hold beside those whose answers are still on their way. */
    private readonly hold: number,
    private readonly events: CourierEvents,
  ) {}

  /** Sends what waits, now; resolves when nothing waits or the line is down. */
  send(): Promise<void> {
    clearTimeout(this.timer);
    this.round ??= this.sendAll().finally(() => {
      this.round = null;
    });
    return this.round;
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private async sendAll(): Promise<void> {
    for (let next = this.outbox.waiting[0]; next; next = this.outbox.waiting[0]) {
      if (!(await this.sendOne(next))) return;
    }
  }

  /** Returns whether to go on with the next one. */
  private async sendOne(answer: KeptAnswer): Promise<boolean> {
    this.outbox.markSent(answer);
    try {
      const receipt = await hub.submit(answer.handle, {
        lease_n: answer.lease_n,
        client_key: answer.client_key,
        kind: answer.kind,
        reason: answer.reason,
        result: answer.result,
        active_ms: answer.active_ms,
        lease_next: Math.min(MOST_LEASES, this.hold + this.outbox.waiting.length - 1),
      });
      this.outbox.remove(answer);
      this.reached();
      this.events.delivered(answer, receipt);
      return true;
    } catch (error) {
      return this.failed(answer, error);
    }
  }

  private failed(answer: KeptAnswer, error: unknown): boolean {
    if (error instanceof Problem && error.status === 401) {
      this.line = "signed_out";
      this.events.changed();
      return false;
    }
    if (error instanceof Problem && !error.passing) {
      this.outbox.refuse(answer, error.title, error.detail);
      this.reached();
      this.events.refused(answer);
      return true;
    }
    this.line = "offline";
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures++);
    this.timer = setTimeout(() => void this.send(), wait * (0.75 + Math.random() / 2));
    this.events.changed();
    return false;
  }

  /** The hub has answered: what failed before may be tried at once. */
  reached(): void {
    this.failures = 0;
    this.line = "fine";
    this.events.changed();
  }
}
