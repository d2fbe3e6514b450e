import type { Me, Membership } from "../client/types";
import { Header } from "../components/Header";
import { later } from "../components/later";
import { useWords } from "../components/language";
import { Failure, Page } from "../components/Notice";
import { Link, navigate, usePath } from "../components/router";
import { words as common } from "../components/words";
import { AnnotatePage } from "../features/annotations/AnnotatePage";
import { countWaiting } from "../features/annotations/outbox";
import { ownPath } from "../features/sessions/ownPath";
import { routeOf } from "./routes";
import { type Session, useSession } from "./session";
import { words } from "./words";

// The charts come apart: nobody waits for them on the way to the first label.
const ProjectPage = later(
  async () => (await import("../features/progress/ProjectPage")).ProjectPage,
);

const ProjectListPage = later(
  async () => (await import("../features/projects/ProjectListPage")).ProjectListPage,
);

// So do the doors that most people pass once.
const SignInPage = later(async () => (await import("../features/sessions/SignInPage")).SignInPage);
const JoinPage = later(async () => (await import("../features/sessions/JoinPage")).JoinPage);
const ResetPage = later(async () => (await import("../features/sessions/ResetPage")).ResetPage);
const AccountPage = later(
  async () => (await import("../features/sessions/AccountPage")).AccountPage,
);

const MANAGERS = ["owner", "manager"];
/** Who only labels is shown no figures, so no way leads there. */
const canRead = (member: Membership | undefined): boolean => member?.role !== "annotator";

/** Decides which page is shown, and to whom. */
export function App() {
  const route = routeOf(usePath());
  const isDoor = ["signin", "join", "reset"].includes(route.page);
  const session = useSession({ wait: isDoor });
  if (route.page === "join" || route.page === "reset") {
    const Door = route.page === "join" ? JoinPage : ResetPage;
    const goTo = async (next: string) => {
      await session.ask();
      navigate(ownPath(next), { replace: true });
    };
    return (
      <>
        <Header />
        <Door onIn={goTo} />
      </>
    );
  }
  if (route.page === "signin" || session.state === "out")
    return (
      <>
        <Header />
        <SignInPage onSignedIn={session.ask} />
      </>
    );
  if (session.state === "failed")
    return (
      <>
        <Header />
        <Page>
          <Failure error={session.error} onRetry={() => void session.ask()} />
        </Page>
      </>
    );
  if (!session.me) return null;
  return <Inside me={session.me} session={session} />;
}

function Inside({ me, session }: { me: Me; session: Session }) {
  const c = useWords(common);
  const route = routeOf(usePath());
  const signOut = () => {
    const waiting = countWaiting(localStorage, String(me.id));
    if (waiting === 0 || confirm(c.signOutUnsent(waiting))) void session.leave();
  };
  const member =
    "slug" in route ? me.memberships.find((one) => one.project === route.slug) : undefined;
  if (route.page === "annotate")
    return (
      <AnnotatePage
        slug={route.slug}
        user={String(me.id)}
        back={canRead(member) ? `/projects/${route.slug}` : "/"}
        onSignOut={signOut}
      />
    );
  return (
    <>
      <Header onSignOut={signOut}>
        {route.page === "project" && (
          <Sections
            slug={route.slug}
            canSee={me.is_operator || canRead(member)}
            canAnnotate={member?.can_annotate ?? false}
          />
        )}
      </Header>
      {session.error !== null && <Failure error={session.error} />}
      {route.page === "home" && <ProjectListPage me={me} />}
      {route.page === "project" && (
        <ProjectPage
          slug={route.slug}
          canAnnotate={member?.can_annotate ?? false}
          canManage={me.is_operator || MANAGERS.includes(member?.role ?? "")}
          canOwn={me.is_operator || member?.role === "owner"}
        />
      )}
      {route.page === "account" && <AccountPage me={me} onChanged={session.ask} />}
      {route.page === "nowhere" && <Nowhere />}
    </>
  );
}

interface SectionsProps {
  slug: string;
  canSee: boolean;
  canAnnotate: boolean;
}

function Sections({ slug, canSee, canAnnotate }: SectionsProps) {
  const w = useWords(words);
  return (
    <nav className="nav" aria-label={w.sections}>
      {canSee && (
        <Link href={`/projects/${slug}`} aria-current="page">
          {w.project}
        </Link>
      )}
      {canAnnotate && <Link href={`/projects/${slug}/annotate`}>{w.label}</Link>}
    </nav>
  );
}

function Nowhere() {
  const w = useWords(words);
  return (
    <Page>
      <h1>{w.nowhere}</h1>
      <p>
        <Link href="/">{w.home}</Link>
      </p>
    </Page>
  );
}
