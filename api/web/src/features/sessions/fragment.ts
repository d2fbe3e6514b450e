/** Takes the link's secret out of the address before anything else can see it. */
export function takeFragment(): string {
  const link = decodeURIComponent(location.hash.slice(1));
  if (link) history.replaceState(null, "", location.pathname + location.search);
  return link;
}
