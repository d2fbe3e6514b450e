import { lazy, Suspense, useEffect } from "react";
import type { Progress } from "../../client/types";
import { useFormat } from "../../components/format";
import { useWords } from "../../components/language";
import { Failure, Page, SimulatedTag } from "../../components/Notice";
import { Link } from "../../components/router";
import { words as common } from "../../components/words";
import { Cost } from "./Cost";
import { Holds } from "./Holds";
import { Models } from "./Models";
import "./progress.css";
import { Quality } from "./Quality";
import { useProgress } from "./useProgress";
import { WhereAreWe } from "./WhereAreWe";
import { words } from "./words";

interface ProjectProps {
  slug: string;
  canAnnotate: boolean;
  canManage: boolean;
  canOwn: boolean;
}

const Advice = lazy(async () => {
  const { Advice } = await import("./learning/Advice");
  return { default: Advice };
});
const DataRequest = lazy(async () => {
  const { DataRequest } = await import("./learning/DataRequest");
  return { default: DataRequest };
});
const AutoLabels = lazy(async () => {
  const { AutoLabels } = await import("./learning/AutoLabels");
  return { default: AutoLabels };
});

/** The five questions of a project, answered from top to bottom and live. */
export function ProjectPage({ slug, canAnnotate, canManage, canOwn }: ProjectProps) {
  const c = useWords(common);
  const { progress, live, error, retry } = useProgress(slug);
  const title = progress?.project.title;
  useEffect(() => {
    if (title) document.title = `${title} · labelloop`;
  }, [title]);
  return (
    <Page>
      {error !== null && <Failure error={error} onRetry={retry} />}
      {!progress && error === null && <p role="status">{c.loading}</p>}
      {progress && (
        <>
          <Top progress={progress} live={live} canAnnotate={canAnnotate} />
          <WhereAreWe progress={progress} />
          <Cost progress={progress} canManage={canManage}>
            <Suspense fallback={null}>
              <DataRequest progress={progress} />
            </Suspense>
          </Cost>
          <Holds progress={progress}>
            <Suspense fallback={null}>
              <Advice progress={progress} canManage={canManage} />
            </Suspense>
          </Holds>
          <Quality progress={progress} canManage={canManage}>
            <Suspense fallback={null}>
              <AutoLabels progress={progress} canManage={canManage} canOwn={canOwn} />
            </Suspense>
          </Quality>
          <Models progress={progress} />
        </>
      )}
    </Page>
  );
}

interface TopProps {
  progress: Progress;
  live: boolean;
  canAnnotate: boolean;
}

function Top({ progress, live, canAnnotate }: TopProps) {
  const w = useWords(words);
  const format = useFormat();
  const { project, items, people } = progress;
  return (
    <div className="h">
      <div className="grow">
        <h1>
          {project.title} {project.simulated && <SimulatedTag />}
        </h1>
        <p className="cap">
          {w.about(
            format.n(project.question.classes.length),
            format.n(items.total),
            format.day(project.created_at),
          )}
        </p>
      </div>
      <span role="status" className={live ? "tag run" : "tag hm"}>
        {live ? w.live(people.active) : w.stale}
      </span>
      {canAnnotate && (
        <Link className="btn primary" href={`/projects/${project.slug}/annotate`}>
          {w.seat}
        </Link>
      )}
    </div>
  );
}
