import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { exitCodes } from "../exit-codes.ts";
import { findSession } from "../sessions/find-session.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { readDuration } from "../arguments/read-duration.ts";
import { printWarning } from "../report-error.ts";
import { parseStoreUrl } from "../stores/store-url.ts";
import { oneLine } from "../terminal/printable.ts";
import { shortId } from "../terminal/short-id.ts";
import { writeOutput } from "../terminal/write-output.ts";
import { IgnoreRules } from "../watch/ignore-rules.ts";
import { type RecordedChanges, recordChanges } from "../watch/record-changes.ts";
import { expectFolder } from "../watch/watch-errors.ts";
import { watchFolder } from "../watch/watch-folder.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { findGitFolder } from "../workspace/find-git-folder.ts";
import { identifyWorkspace } from "../workspace/identify-workspace.ts";

export interface WatchOptions extends CommonOptions {
  readonly session?: string;
  readonly user?: string;
  readonly idle?: string;
  /** Seconds. */
  readonly wait?: number;
  readonly poll?: boolean;
}

const defaultIdle = "12h";
const defaultWait = 1;

/** Watches until SIGINT or SIGTERM, and records then what is left. */
export async function watch(given: string, options: WatchOptions): Promise<number> {
  const { json = false, user = "local", wait = defaultWait, poll = false } = options;
  const idle = readDuration("--idle", options.idle ?? defaultIdle);
  expectFolder(given);
  const folder = realpathSync(resolve(given));
  const workspace = await identifyWorkspace(folder);
  const { root } = workspace;
  const rules = new IgnoreRules(root, findGitFolder(folder)?.common);
  const stop = onInterrupt();
  return withThroughline(options, "creates", async (throughline, { settings }) => {
    const session =
      options.session === undefined ? undefined : (await findSession(throughline, options.session)).id;
    const location = parseStoreUrl(settings.store);
    const own = location.type === "sqlite" ? [resolve(location.path)] : [];
    const recording = { throughline, workspace, user, idle, session, recent: new Map() };
    let isUnclaimed = false;
    await watchFolder({
      root,
      folder,
      rules,
      own,
      wait: wait * 1_000,
      poll,
      signal: stop.signal,
      tell: printWarning,
      onReady: () => process.stderr.write(`Watching ${oneLine(folder)}. Ctrl-C ends it.\n`),
      record: async (changes) => {
        const recorded = await recordChanges(recording, changes);
        for (const { path, message } of recorded.refused) printWarning(`${path} is not recorded: ${message}`);
        // Once is enough, until somebody claims them.
        if (recorded.unclaimed > 0 && !isUnclaimed) printWarning(unclaimedMessage);
        isUnclaimed = recorded.unclaimed > 0;
        if (recorded.recorded.length === 0) return;
        await writeOutput(json ? `${JSON.stringify(toJson(recorded))}\n` : `${describe(recorded)}\n`);
      },
    });
    return exitCodes.success;
  });
}

const unclaimedMessage =
  "no session is active here, and no repository says which project this is: changes are not recorded until one is.";

function toJson({ session, project, recorded, known }: RecordedChanges): object {
  return { session_id: session, project_id: project, recorded, known };
}

const namedAtMost = 3;

function describe({ session, project, recorded }: RecordedChanges): string {
  const named = recorded.slice(0, namedAtMost).map(oneLine).join(", ");
  const more = recorded.length > namedAtMost ? ` and ${recorded.length - namedAtMost} more` : "";
  const whose = session === null ? `project ${oneLine(project ?? "")}` : `session ${shortId(session)}`;
  const changes = recorded.length === 1 ? "1 change" : `${recorded.length} changes`;
  return `${changes} recorded for ${whose}: ${named}${more}`;
}
