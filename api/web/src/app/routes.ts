/** The places of the page. */
export type Route =
  | { page: "home" }
  | { page: "signin" }
  | { page: "join" }
  | { page: "reset" }
  | { page: "account" }
  | { page: "project"; slug: string }
  | { page: "annotate"; slug: string }
  | { page: "nowhere" };

/** Reads a path of the page; what it does not know is "nowhere". */
export function routeOf(path: string): Route {
  const parts = path.split("/").filter(Boolean);
  const [first, slug, last, ...more] = parts;
  if (first === undefined) return { page: "home" };
  if (slug === undefined)
    for (const page of ["signin", "join", "reset", "account"] as const)
      if (first === page) return { page };
  if (first !== "projects" || slug === undefined || more.length > 0) return { page: "nowhere" };
  if (last === undefined) return { page: "project", slug: decodeURIComponent(slug) };
  if (last === "annotate") return { page: "annotate", slug: decodeURIComponent(slug) };
  return { page: "nowhere" };
}
