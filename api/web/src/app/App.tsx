import { lazy, Suspense } from "react";
import type { Me } from "../client/types";
import { Header } from "../components/Header";
import { useWords } from "../components/language";
import { Failure, Page } from "../components/Notice";
import { Link, navigate, usePath } from "../components/router";
import { words as common } from "../components/words";
import { AnnotatePage } from "../features/annotations/AnnotatePage";
import { countWaiting } from "../features/annotations/outbox";
import { ProjectListPage } from "../features/projects/ProjectListPage";
import { ownPath } from "../features/sessions/ownPath";
import { SignInPage } from "../features/sessions/SignInPage";
import { routeOf } from "./routes";
import { type Session, useSession } from "./session";
import { words } from "./words";

// The charts come apart: nobody waits for them on the way to the first label.
const ProjectPage = lazy(async () => {
  const { ProjectPage } = await import("../features/progress/ProjectPage");
  return { default: ProjectPage };
});

// So do the doors that most people pass once.
const JoinPage = lazy(async () => {
  const { JoinPage } = await import("../features/sessions/JoinPage");
  return { default: JoinPage };
});
const ResetPage = lazy(async () => {
  const { ResetPage } = await import("../features/sessions/ResetPage");
  return { default: ResetPage };
});
const AccountPage = lazy(async () => {
  const { AccountPage } = await import("../features/sessions/AccountPage");
  return { default: AccountPage };
});

const MANAGERS = ["owner", "manager"];

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
        <Suspense>
          <Door onIn={goTo} />
        </Suspense>
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
  if (route.page === "annotate")
    return <AnnotatePage slug={route.slug} user={String(me.id)} onSignOut={signOut} />;
  const member =
    route.page === "project" ? me.memberships.find((m) => m.project === route.slug) : undefined;
  return (
    <>
      <Header onSignOut={signOut}>
        {route.page === "project" && (
          <Sections slug={route.slug} canAnnotate={member?.can_annotate ?? false} />
        )}
      </Header>
      {session.error !== null && <Failure error={session.error} />}
      {route.page === "home" && <ProjectListPage me={me} />}
      {route.page === "project" && (
        <Suspense fallback={<Page>{c.loading}</Page>}>
          <ProjectPage
            slug={route.slug}
            canAnnotate={member?.can_annotate ?? false}
            canManage={me.is_operator || MANAGERS.includes(member?.role ?? "")}
            canOwn={me.is_operator || member?.role === "owner"}
          />
        </Suspense>
      )}
      {route.page === "account" && (
        <Suspense fallback={<Page>{c.loading}</Page>}>
          <AccountPage me={me} onChanged={session.ask} />
        </Suspense>
      )}
      {route.page === "nowhere" && <Nowhere />}
    </>
  );
}

function Sections({ slug, canAnnotate }: { slug: string; canAnnotate: boolean }) {
  const w = useWords(words);
  return (
    <nav className="nav" aria-label={w.sections}>
      <Link href={`/projects/${slug}`} aria-current="page">
        {w.project}
      </Link>
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
