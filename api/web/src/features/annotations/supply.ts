import { Problem } from "../../client/http";
import { hub } from "../../client/hub";
import type { Leases } from "../../client/types";
import type { Hand } from "./leases";

const HEARTBEAT_MS = 10_000;
/** A lease is not prolonged for somebody who has left. */
const AWAY_MS = 10 * 60_000;
const SOONEST_MS = 1_000;

interface SupplyEvents {
  /** Work came, or the reason why there is none. */
  took: (leases: Leases) => void;
  missed: (error: unknown) => void;
  /** Leases were prolonged or lost. */
  changed: () => void;
}

/** Keeps a hand full: asks for work, later again where there was none, and prolongs what is held. */
export class Supply {
  private asking = false;
  private open = false;
  private lastSign = Date.now();
  private beating: ReturnType<typeof setInterval> | undefined;
  private again: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly slug: string,
    private readonly hand: Hand,
    /** How many items to hold. */
    private readonly wanted: () => number,
    private readonly events: SupplyEvents,
  ) {}

  start(): void {
    this.open = true;
    this.beating = setInterval(() => void this.beat(), HEARTBEAT_MS);
  }

  stop(): void {
    this.open = false;
    clearInterval(this.beating);
    clearTimeout(this.again);
  }

  /** Somebody is here. */
  sign(): void {
    this.lastSign = Date.now();
  }

  /** Asks for work, where there is room in the hand. */
  async refill(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    clearTimeout(this.again);
    try {
      this.events.took(await hub.lease(this.slug, this.wanted()));
    } catch (error) {
      this.events.missed(error);
    } finally {
      this.asking = false;
    }
  }

  /** Asks again after a while. */
  later(ms: number): void {
    clearTimeout(this.again);
    if (this.open) this.again = setTimeout(() => void this.refill(), Math.max(SOONEST_MS, ms));
  }

  private async beat(): Promise<void> {
    if (document.hidden || Date.now() - this.lastSign > AWAY_MS) return;
    for (const item of this.hand.nearExpiry) {
      try {
        const { expires_at } = await hub.heartbeat(item.handle, item.lease_n);
        this.hand.extend(item.handle, expires_at);
      } catch (error) {
        if (!(error instanceof Problem) || error.passing) return;
        this.hand.drop(item.handle);
        void this.refill();
      }
    }
    this.events.changed();
  }
}
