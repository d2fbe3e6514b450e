/** Only a path of this page: a link must not lead elsewhere. */
export function ownPath(next: string): string {
  const there = new URL(next, location.origin);
  return there.origin === location.origin ? there.pathname : "/";
}
