import { useCallback, useEffect, useState } from "react";
import { Problem } from "../client/http";
import { hub } from "../client/hub";
import type { Me } from "../client/types";

/** Who is at this browser, as far as the page knows. */
export interface Session {
  state: "asking" | "in" | "out" | "failed";
  me: Me | null;
  error: unknown;
  /** Asks the hub again who one is. */
  ask: () => Promise<void>;
  leave: () => Promise<void>;
}

type Known = Pick<Session, "state" | "me" | "error">;

/** `wait`: a sign-in is under way, so asking who one is would only be refused. */
export function useSession({ wait }: { wait: boolean }): Session {
  const [known, setKnown] = useState<Known>({ state: "asking", me: null, error: null });
  const ask = useCallback(async () => {
    try {
      setKnown({ state: "in", me: await hub.me(), error: null });
    } catch (error) {
      const out = error instanceof Problem && error.status === 401;
      setKnown({ state: out ? "out" : "failed", me: null, error: out ? null : error });
    }
  }, []);
  const leave = useCallback(async () => {
    try {
      await hub.signOut();
      setKnown({ state: "out", me: null, error: null });
    } catch (error) {
      if (error instanceof Problem && error.status === 401)
        setKnown({ state: "out", me: null, error: null });
      else setKnown((before) => ({ ...before, error }));
    }
  }, []);
  const due = known.state === "asking" && !wait;
  useEffect(() => {
    if (due) void ask();
  }, [ask, due]);
  return { ...known, ask, leave };
}
