import { useCallback, useEffect, useState } from "react";
import { hub } from "../../client/hub";
import type { Progress } from "../../client/types";

const REOPEN_MS = 5_000;

interface Watched {
  progress: Progress | null;
  /** Whether the figures follow the hub by themselves right now. */
  live: boolean;
  error: unknown;
  retry: () => void;
}

/** The project's figures, kept fresh by server-sent events; old figures stay while the line is down. */
export function useProgress(slug: string): Watched {
  const [progress, setProgress] = useState<Progress | null>(null);
  const [live, setLive] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((before) => before + 1), []);

  useEffect(() => {
    const events = new EventSource(hub.eventsPath(slug));
    let reopen: ReturnType<typeof setTimeout> | undefined;
    events.addEventListener("open", () => setLive(true));
    events.addEventListener("progress", (event: MessageEvent<string>) => {
      setProgress(JSON.parse(event.data) as Progress);
      setLive(true);
      setError(null);
    });
    events.addEventListener("error", () => {
      setLive(false);
      // The browser reconnects by itself, unless the hub answered with an error: then ask why.
      if (events.readyState !== EventSource.CLOSED) return;
      hub.progress(slug).then(
        (told) => {
          setProgress(told);
          reopen = setTimeout(retry, REOPEN_MS);
        },
        (refused: unknown) => setError(refused),
      );
    });
    return () => {
      clearTimeout(reopen);
      events.close();
    };
  }, [slug, attempt, retry]);

  return { progress, live, error, retry };
}
