/** Tool sessions: the ids under which tools keep their own state for a session. */
import type { Row, RowOf } from "../../model/kind.ts";
import type { toolSessions } from "../../model/tool-records.ts";
import {
  type ToolSessionInput,
  type ToolSessionListInput,
  toolSessionInput,
  toolSessionList,
} from "../../schemas/tool-input.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import { listPage } from "../list-page.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings, Page } from "../sessions/sessions.ts";
import { asSessionNotFound, isStatusChange, readSession, touchSession } from "../sessions/touch-session.ts";
import { touchesFor } from "../touches.ts";

export interface ToolSession {
  readonly toolSessionId: string;
  readonly sessionId: string;
  readonly toolName: string;
  /** Null is a key as any other: a tool has one session without a key. */
  readonly toolKey: string | null;
  readonly createdAt: Date;
  /** When it was looked up last, before this time. */
  readonly lastAccessed: Date;
}

const kind = "tool_sessions";
const defaultLimit = 50;
const accessFields = { kind, last: "lastAccessed" } as const;

export class ToolSessions {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /**
   * The id of a tool's session, made where there is none: all who ask at the same time get the same. Each look-up is a touch.
   *
   * @throws ThroughlineError `invalid`; `not_found` for a session that is not there
   */
  async getOrCreate(
    input: ToolSessionInput,
    settings: CallSettings = {},
  ): Promise<ToolSession & { readonly created: boolean }> {
    const { session, tool, key } = parseInput(toolSessionInput, input, "tool session");
    const recordKey = [session, tool, key ?? ""] as const;
    const touches = touchesFor(this.#context.store);
    return repeatOnConflict(isStatusChange, async () => {
      const found = await touches.reading(() => this.#read(recordKey, settings));
      if (found.row !== undefined) {
        const known = this.#known(found.row);
        touches.note(this.#context.tenant, accessFields, recordKey, this.#context.store.now());
        return { ...known, created: false };
      }
      return this.#create(recordKey, found.session, settings);
    });
  }

  async #read(key: readonly [string, string, string], settings: CallSettings) {
    const { store, tenant } = this.#context;
    const { answers } = await store.read(
      {
        tenant,
        requests: [
          { type: "get", kind: "sessions", keys: [[key[0]]] },
          { type: "get", kind, keys: [key] },
        ],
      },
      settings,
    );
    const [[session], [row]] = answers;
    if (session === undefined) throw sessionNotFound(key[0]);
    return { session, row };
  }

  async #create(key: readonly [string, string, string], session: Row, settings: CallSettings) {
    const { store, tenant, generateId } = this.#context;
    const now = store.now();
    const [sessionId, toolName, toolKey] = key;
    const record = {
      sessionId,
      toolName,
      toolKey,
      toolSessionId: generateId(),
      createdAt: now,
      lastAccessed: now,
    };
    const touched = touchSession(session, now);
    const { results } = await store
      .commit(
        {
          tenant,
          writes: [{ type: "insert", kind, record, exists: "keep" }, touched.write],
          expect: [touched.expect],
        },
        settings,
      )
      .catch((error: unknown) => {
        throw asSessionNotFound(error, sessionId);
      });
    if (results[0]?.outcome === "inserted") {
      return { ...toToolSession({ ...record, revision: 1 }), created: true };
    }
    // Somebody else was faster: theirs counts.
    const { row } = await this.#read(key, settings);
    return { ...toToolSession(row ?? { ...record, revision: 1 }), created: false };
  }

  /** The tool sessions of a session, by tool and key. @throws ThroughlineError `invalid`, `not_found` */
  async list(options: ToolSessionListInput, settings: CallSettings = {}): Promise<Page<ToolSession>> {
    const { session, limit = defaultLimit, cursor } = parseInput(toolSessionList, options, "tool sessions");
    await readSession(this.#context, session, settings);
    return touchesFor(this.#context.store).reading(() =>
      listPage(
        this.#context,
        {
          list: `tool sessions ${session}`,
          query: { kind, shape: "key", prefix: [session], direction: "forward" },
          limit,
          cursor,
          toItem: (row) => this.#known(row),
        },
        settings,
      ),
    );
  }

  /** Forgets a tool's session; one that is not there is no error. @throws ThroughlineError `invalid`, `not_found` */
  async delete(input: ToolSessionInput, settings: CallSettings = {}): Promise<void> {
    const { session, tool, key } = parseInput(toolSessionInput, input, "tool session");
    const { store, tenant } = this.#context;
    await readSession(this.#context, session, settings);
    await store
      .commit({ tenant, writes: [{ type: "remove", kind, key: [session, tool, key ?? ""] }] }, settings)
      .catch((error: unknown) => {
        throw asSessionNotFound(error, session);
      });
  }

  /** With the look-ups that are not in the store yet. */
  #known(row: Row): ToolSession {
    const { sessionId, toolName, toolKey } = row as RowOf<typeof toolSessions>;
    const { store, tenant } = this.#context;
    const { at } = touchesFor(store).waiting(tenant, kind, [sessionId, toolName, toolKey]);
    return toToolSession(row, at);
  }
}

function toToolSession(row: Row, touchedAt = 0): ToolSession {
  const record = row as RowOf<typeof toolSessions>;
  return {
    toolSessionId: record.toolSessionId,
    sessionId: record.sessionId,
    toolName: record.toolName,
    toolKey: record.toolKey === "" ? null : record.toolKey,
    createdAt: new Date(record.createdAt),
    lastAccessed: new Date(Math.max(record.lastAccessed, touchedAt)),
  };
}
