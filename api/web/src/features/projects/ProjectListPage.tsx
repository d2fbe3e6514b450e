import { useEffect } from "react";
import type { Me, Membership } from "../../client/types";
import { useWords } from "../../components/language";
import { Page } from "../../components/Notice";
import { Link } from "../../components/router";
import { words } from "./words";

/** One's projects: where to label, and where to see how it goes. */
export function ProjectListPage({ me }: { me: Me }) {
  const w = useWords(words);
  useEffect(() => {
    document.title = `${w.title} · labelloop`;
  }, [w]);
  return (
    <Page>
      <h1>{w.title}</h1>
      <p className="cap">
        {w.signedInAs(me.name)} · <Link href="/account">{w.account}</Link>
      </p>
      {me.memberships.length === 0 ? (
        <p className="projects">{w.none}</p>
      ) : (
        <ul className="projects">
          {me.memberships.map((membership) => (
            <ProjectLine key={membership.project} membership={membership} />
          ))}
        </ul>
      )}
    </Page>
  );
}

function ProjectLine({ membership }: { membership: Membership }) {
  const w = useWords(words);
  const path = `/projects/${membership.project}`;
  const canRead = membership.role !== "annotator";
  return (
    <li>
      <h2>
        <Link href={canRead ? path : `${path}/annotate`}>{membership.title}</Link>
      </h2>
      <span className="cap grow">{w.roles[membership.role] ?? membership.role}</span>
      <span className="row doors">
        {canRead && (
          <Link className="btn" href={path} aria-label={`${w.look}: ${membership.title}`}>
            {w.look}
          </Link>
        )}
        {membership.can_annotate && (
          <Link
            className="btn primary"
            href={`${path}/annotate`}
            aria-label={`${w.label}: ${membership.title}`}
          >
            {w.label}
          </Link>
        )}
      </span>
    </li>
  );
}
