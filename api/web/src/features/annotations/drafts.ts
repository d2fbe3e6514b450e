import type { Region } from "../../client/types";

const PREFIX = "labelloop.draft.";
/** A draft older than this belongs to a lease that has long run out. */
const KEPT_MS = 7 * 24 * 60 * 60_000;

interface Draft {
  at: number;
  result: Region[];
}

/** Answers begun and not yet sent, one for each item in hand, so that a reload loses nothing. */
export class Drafts {
  private readonly mine: string;

  constructor(
    private readonly storage: Storage,
    user: string,
    project: string,
  ) {
    this.mine = `${PREFIX}${user}.${project}.`;
    this.forgetOld();
  }

  of(handle: string): Region[] | null {
    return read(this.storage, this.mine + handle)?.result ?? null;
  }

  keep(handle: string, result: Region[]): void {
    const draft: Draft = { at: Date.now(), result };
    try {
      this.storage.setItem(this.mine + handle, JSON.stringify(draft));
    } catch {
      // storage is forbidden or full: the draft lasts as long as the tab
    }
  }

  drop(handle: string): void {
    this.storage.removeItem(this.mine + handle);
  }

  private forgetOld(): void {
    const keys = Array.from({ length: this.storage.length }, (_, i) => this.storage.key(i));
    for (const key of keys) {
      if (!key?.startsWith(PREFIX)) continue;
      const draft = read(this.storage, key);
      if (!draft || draft.at < Date.now() - KEPT_MS) this.storage.removeItem(key);
    }
  }
}

function read(storage: Storage, key: string): Draft | null {
  const text = storage.getItem(key);
  if (text === null) return null;
  try {
    return JSON.parse(text) as Draft;
  } catch {
    return null;
  }
}
