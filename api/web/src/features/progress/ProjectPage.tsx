import { Fragment, useEffect, useState } from "react";
import { Problem } from "../../client/http";
import type { Progress } from "../../client/types";
import { useFormat } from "../../components/format";
import { useWords } from "../../components/language";
import { later } from "../../components/later";
import { Failure, Page, SimulatedTag } from "../../components/Notice";
import { Link } from "../../components/router";
import { words as common } from "../../components/words";
import { Cost } from "./Cost";
import { Holds } from "./Holds";
import { Models } from "./Models";
import "../../components/figures.css";
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

const SettingsDialog = later(
  async () => (await import("./settings/SettingsDialog")).SettingsDialog,
);
const Advice = later(async () => (await import("./learning/Advice")).Advice);
const DataRequest = later(async () => (await import("./learning/DataRequest")).DataRequest);
const AutoLabels = later(async () => (await import("./learning/AutoLabels")).AutoLabels);

/** The five questions of a project, answered from top to bottom and live. */
export function ProjectPage({ slug, canAnnotate, canManage, canOwn }: ProjectProps) {
  const c = useWords(common);
  const w = useWords(words);
  const { progress, live, error, retry } = useProgress(slug);
  const [settings, setSettings] = useState(false);
  // What was asked under the old settings is asked anew.
  const [changed, setChanged] = useState(0);
  const title = progress?.project.title;
  useEffect(() => {
    if (title) document.title = `${title} · labelloop`;
  }, [title]);
  return (
    <Page>
      {error !== null && !progress && <h1>{isRefused(error) ? w.notForYou : w.failed}</h1>}
      {error !== null && (
        <Failure error={error} {...(isRefused(error) ? {} : { onRetry: retry })} />
      )}
      {isRefused(error) && <WayOut slug={slug} canAnnotate={canAnnotate} />}
      {!progress && error === null && <p role="status">{c.loading}</p>}
      {progress && (
        <>
          <Top
            progress={progress}
            live={live}
            canAnnotate={canAnnotate}
            onSettings={canManage ? () => setSettings(true) : null}
          />
          <WhereAreWe progress={progress} />
          <Fragment key={changed}>
            <Cost
              progress={progress}
              canManage={canManage}
              onSettings={canManage ? () => setSettings(true) : null}
            >
              <DataRequest progress={progress} />
            </Cost>
            <Holds progress={progress}>
              <Advice progress={progress} canManage={canManage} />
            </Holds>
            <Quality progress={progress} canManage={canManage}>
              <AutoLabels progress={progress} canManage={canManage} canOwn={canOwn} />
            </Quality>
          </Fragment>
          <Models progress={progress} />
          {settings && (
            <SettingsDialog
              slug={slug}
              onClose={() => setSettings(false)}
              onSaved={() => {
                setSettings(false);
                setChanged((n) => n + 1);
              }}
            />
          )}
        </>
      )}
    </Page>
  );
}

const isRefused = (error: unknown): boolean =>
  error instanceof Problem && [401, 403, 404].includes(error.status);

/** Where to go from a page that is not for the reader. */
function WayOut({ slug, canAnnotate }: { slug: string; canAnnotate: boolean }) {
  const w = useWords(words);
  return (
    <p className="row way-out">
      {canAnnotate && (
        <Link className="btn primary" href={`/projects/${slug}/annotate`}>
          {w.seat}
        </Link>
      )}
      <Link className="btn" href="/">
        {w.toProjects}
      </Link>
    </p>
  );
}

interface TopProps {
  progress: Progress;
  live: boolean;
  canAnnotate: boolean;
  /** Opens the settings; null for who may not change them. */
  onSettings: (() => void) | null;
}

function Top({ progress, live, canAnnotate, onSettings }: TopProps) {
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
      {onSettings && (
        <button type="button" className="btn" onClick={onSettings}>
          {w.settings}
        </button>
      )}
      {canAnnotate && (
        <Link className="btn primary" href={`/projects/${project.slug}/annotate`}>
          {w.seat}
        </Link>
      )}
    </div>
  );
}
