import {
  type Hold,
  type Message,
  type Session,
  type Throughline,
  ThroughlineError,
  exportSession,
  readableContent,
} from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { findBranch } from "../sessions/find-branch.ts";
import { findHolds, holdMember } from "../sessions/find-holds.ts";
import { findSession } from "../sessions/find-session.ts";
import { formatTime } from "../terminal/format-time.ts";
import { openPager, plainOutput } from "../terminal/open-pager.ts";
import { oneLine, printable } from "../terminal/printable.ts";
import { type Paint, paintFor } from "../terminal/style.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { describeBranches, showBranches } from "./show-branches.ts";

export interface ShowOptions extends CommonOptions {
  readonly last?: number;
  /** The last message of the branch to read, by its position or id. */
  readonly branch?: string;
  /** Lists the branches, and no messages. */
  readonly branches?: boolean;
  /** False: print all at once. */
  readonly pager: boolean;
}

export async function show(name: string, options: ShowOptions): Promise<number> {
  const { last, branches, json } = options;
  if (branches === true && (options.branch !== undefined || last !== undefined)) {
    throw new ThroughlineError("invalid", "--branches goes with neither --branch nor --last.", {
      reason: "option",
      details: { option: "branches" },
    });
  }
  return withThroughline(options, "reads", async (throughline) => {
    const session = await findSession(throughline, name);
    if (branches === true) return showBranches(throughline, session, json === true);
    const branch =
      options.branch === undefined ? undefined : await findBranch(throughline, session, options.branch);
    const messages = readMessages(throughline, session, { last, branch });
    const holds = await findHolds(throughline, [session]);
    const output = process.stdout;
    const isPaged = output.isTTY && options.pager && json !== true;
    const pieces =
      json === true
        ? exportSession({ ...session, ...holdMember(holds, session) }, messages, "json")
        : describe(await factsOf(throughline, session, holds.get(session.id)), messages, paintFor(output));
    const pager = isPaged ? openPager(output) : plainOutput(output);
    try {
      for await (const piece of pieces) if (!(await pager.write(piece))) break;
    } finally {
      await pager.close();
    }
    return exitCodes.success;
  });
}

interface Selection {
  readonly last: number | undefined;
  /** The position that the branch ends at. */
  readonly branch: number | undefined;
}

async function* readMessages(
  { messages }: Throughline,
  { id }: Session,
  { last, branch }: Selection,
): AsyncGenerator<Message, void, undefined> {
  const path = branch === undefined ? {} : { branch };
  if (last === undefined) yield* messages.stream(id, path);
  else yield* (await messages.list(id, { last, ...path })).items;
}

type Fact = readonly [name: string, value: string | null];

async function factsOf(
  throughline: Throughline,
  session: Session,
  hold: Hold | undefined,
): Promise<readonly Fact[]> {
  return [
    ["Session", session.id],
    ["Title", session.title],
    ["Tool", session.toolId],
    ["Project", session.projectId],
    ["Model", session.model],
    ["Folder", session.workspacePath],
    ["Created", formatTime(session.createdAt)],
    ["Activity", formatTime(session.lastActivity)],
    ["Held", hold === undefined ? null : describeHold(hold)],
    ["Messages", String(session.messageCount)],
    ["Branches", await describeBranches(throughline, session)],
  ];
}

function describeHold({ reason, createdAt }: Hold): string {
  return `since ${formatTime(createdAt)}${reason === "" ? "" : `: ${reason}`}`;
}

async function* describe(
  facts: readonly Fact[],
  messages: AsyncIterable<Message>,
  paint: Paint,
): AsyncGenerator<string, void, undefined> {
  for (const [name, value] of facts) {
    if (value !== null) yield `${paint("dim", `${name}:`.padEnd(10))} ${oneLine(value)}\n`;
  }
  for await (const message of messages) yield describeMessage(message, paint);
}

const styles = {
  user: ["bold", "cyan"],
  assistant: ["bold", "green"],
  system: ["bold", "yellow"],
  tool: ["bold"],
} as const;

function describeMessage({ seq, role, content, createdAt, metadata }: Message, paint: Paint): string {
  // Text that a tool put into the user's turn is not the user's.
  const isInjected = metadata.injected === true;
  const heading = paint([...styles[role]], role) + paint("dim", `  ${seq}  ${formatTime(createdAt)}`);
  const text = printable(readableContent(content));
  return `\n${heading}${isInjected ? paint("dim", "  injected") : ""}\n${isInjected ? paint("dim", text) : text}\n`;
}
