import { type ComponentType, createElement, type ReactNode, useEffect, useState } from "react";
import { Failure } from "./Notice";

/** A component that is fetched by itself, and can be fetched before it is wanted. */
export type Later<P> = ComponentType<P> & { fetch: () => Promise<void> };

/**
 * A part of the page that comes apart: fetched once, when it is first shown or asked for.
 *
 * Where the line is down it says so in its place, and can be asked for again. `wait` stands there
 * until it has come.
 */
export function later<P extends object>(
  load: () => Promise<ComponentType<P>>,
  wait: ReactNode = null,
): Later<P> {
  const kept: { part: ComponentType<P> | null } = { part: null };
  const fetch = async () => {
    kept.part ??= await load();
  };
  function Part(props: P) {
    const [part, setPart] = useState(() => kept.part);
    const [failed, setFailed] = useState<unknown>(null);
    const [tries, setTries] = useState(0);
    useEffect(() => {
      let gone = false;
      if (!part)
        fetch().then(
          () => gone || setPart(() => kept.part),
          (error: unknown) => gone || setFailed(error),
        );
      return () => {
        gone = true;
      };
    }, [part, tries]);
    if (part) return createElement(part, props);
    if (failed === null) return wait;
    const retry = () => {
      setFailed(null);
      setTries((n) => n + 1);
    };
    return <Failure error={failed} onRetry={retry} />;
  }
  return Object.assign(Part, { fetch });
}
