/** How often, and how lately, users gave their commands. */
import type { Row, RowOf } from "../../model/kind.ts";
import type { commandUsage } from "../../model/tool-records.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import {
  type CommandInput,
  type CommandListInput,
  commandInput,
  commandList,
} from "../../schemas/tool-input.ts";
import { listPage } from "../list-page.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings, Page } from "../sessions/sessions.ts";

export interface CommandUsage {
  readonly userId: string;
  readonly command: string;
  readonly usageCount: number;
  readonly lastUsed: Date;
}

const kind = "command_usage";
const defaultLimit = 50;

export class Commands {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Counts that a user gave a command: those who do so at once lose nothing. @throws ThroughlineError `invalid` */
  async record(input: CommandInput, settings: CallSettings = {}): Promise<CommandUsage> {
    const { user, command } = parseInput(commandInput, input, "command");
    const { store, tenant } = this.#context;
    const now = store.now();
    const record = { userId: user, command, usageCount: 1, lastUsed: now };
    const exists = { increment: { usageCount: 1 }, maximum: { lastUsed: now } };
    await store.commit({ tenant, writes: [{ type: "insert", kind, record, exists }] }, settings);
    const { answers } = await store.read(
      { tenant, requests: [{ type: "get", kind, keys: [[user, command]] }] },
      settings,
    );
    return toUsage(answers[0][0] ?? { ...record, revision: 1 });
  }

  /** A user's commands: most used first, or last used first. @throws ThroughlineError `invalid` */
  async list(options: CommandListInput, settings: CallSettings = {}): Promise<Page<CommandUsage>> {
    const {
      user,
      order = "count",
      limit = defaultLimit,
      cursor,
    } = parseInput(commandList, options, "commands");
    const query = { kind, shape: order, prefix: [user], direction: "backward" } as const;
    const list = `commands ${JSON.stringify([user, order])}`;
    return listPage(this.#context, { list, query, limit, cursor, toItem: toUsage }, settings);
  }
}

function toUsage(row: Row): CommandUsage {
  const { userId, command, usageCount, lastUsed } = row as RowOf<typeof commandUsage>;
  return { userId, command, usageCount, lastUsed: new Date(lastUsed) };
}
