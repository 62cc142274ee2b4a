/** How a session is to be run: which tools, with which permission, under which prompt. One record a session. */
import type { Expectation, Write } from "../../contract/batch.ts";
import { isThroughlineError } from "../../error.ts";
import type { Row, RowOf, StoredRecord } from "../../model/kind.ts";
import type { chatSettings } from "../../model/session-settings.ts";
import { readMetadata, writeMetadata } from "../../schemas/json-value.ts";
import { mergePatch } from "../../schemas/merge-patch.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import {
  type SettingsInput,
  type SettingsPatch,
  settingsInput,
  settingsPatch,
} from "../../schemas/settings-input.ts";
import { dateOf } from "../../schemas/time.ts";
import { sessionNotFound } from "./find-session.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "./sessions.ts";

export interface SessionSettings {
  /** Names of the tools that may be used. */
  readonly allowedTools: readonly string[];
  readonly permissionMode: "auto" | "confirm" | "deny";
  readonly systemPrompt: string | null;
  readonly model: string | null;
  readonly mcpServers: Readonly<Record<string, unknown>>;
  /** Null while nobody has set any. */
  readonly createdAt: Date | null;
  readonly updatedAt: Date | null;
}

export class Settings {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** The settings of a session; the defaults where none were set. @throws ThroughlineError `not_found` */
  async get(sessionId: string, settings: CallSettings = {}): Promise<SessionSettings> {
    return toSettings(await this.#row(sessionId, settings));
  }

  /**
   * Sets all settings of a session: what is left out gets its default.
   *
   * @throws ThroughlineError `invalid`, with the field; `not_found`.
   */
  async set(sessionId: string, given: SettingsInput, settings: CallSettings = {}): Promise<SessionSettings> {
    const fields = settingsFields(parseInput(settingsInput, given, "settings"));
    return this.#write(sessionId, fields, [], settings);
  }

  /**
   * Changes some settings by a JSON merge patch: what is left out stays, null brings the default back, servers are
   * merged. Of changes at the same time none is lost.
   *
   * @throws ThroughlineError `invalid`, with the field; `not_found`.
   */
  async update(
    sessionId: string,
    patch: SettingsPatch,
    settings: CallSettings = {},
  ): Promise<SessionSettings> {
    const checked = parseInput(settingsPatch, patch, "settings");
    return repeatOnConflict(
      ({ kind }) => kind === "chat_settings",
      async () => {
        const row = await this.#row(sessionId, settings);
        const { createdAt: _created, updatedAt: _updated, ...known } = toSettings(row);
        const merged = mergePatch(known, withoutUndefined(checked)) as SettingsInput;
        const fields = settingsFields(parseInput(settingsInput, merged, "settings"));
        return this.#write(sessionId, fields, [asRead(sessionId, row)], settings);
      },
    );
  }

  async #row(sessionId: string, settings: CallSettings): Promise<Row | undefined> {
    const { store, tenant } = this.#context;
    const { answers } = await store.read(
      {
        tenant,
        requests: [
          { type: "get", kind: "sessions", keys: [[sessionId]], select: "key" },
          { type: "get", kind: "chat_settings", keys: [[sessionId]] },
        ],
      },
      settings,
    );
    const [[session], [row]] = answers;
    if (session === undefined) throw sessionNotFound(sessionId);
    return row;
  }

  async #write(
    sessionId: string,
    fields: StoredRecord,
    expect: readonly Expectation[],
    settings: CallSettings,
  ): Promise<SessionSettings> {
    const { store, tenant } = this.#context;
    const now = store.now();
    const set = { ...fields, updatedAt: now };
    const record = { ...set, sessionId, createdAt: now };
    const write: Write = { type: "insert", kind: "chat_settings", record, exists: { set } };
    // The guard expects an owner that has a name to be there.
    const isThere = { type: "equals", kind: "sessions", key: [sessionId], fields: { hiddenAt: 0 } } as const;
    try {
      const { results } = await store.commit(
        { tenant, writes: [write], expect: [isThere, ...expect] },
        settings,
      );
      if (results[0]?.outcome === "inserted") return toSettings({ ...record, revision: 1 });
    } catch (error) {
      throw isGone(error) ? sessionNotFound(sessionId) : error;
    }
    return this.get(sessionId, settings);
  }
}

/** Whether a commit was refused because the session is not there. */
function isGone(error: unknown): boolean {
  return isThroughlineError(error) && error.reason === "expectation" && error.details?.kind === "sessions";
}

/** Expects the settings to be as they were read. */
function asRead(sessionId: string, row: Row | undefined): Expectation {
  const record = { kind: "chat_settings", key: [sessionId] } as const;
  return row === undefined
    ? { type: "absent", ...record }
    : { type: "equals", ...record, fields: { revision: row.revision } };
}

function settingsFields(given: SettingsInput): StoredRecord {
  const { allowedTools = [], permissionMode = "auto", systemPrompt, model, mcpServers } = given;
  return {
    allowedTools: allowedTools.length === 0 ? "" : JSON.stringify([...new Set(allowedTools)]),
    permissionMode,
    systemPrompt: systemPrompt ?? "",
    model: model ?? "",
    mcpServers: writeMetadata(mcpServers, "mcpServers"),
  };
}

function toSettings(row: Row | undefined): SessionSettings {
  const record = row as RowOf<typeof chatSettings> | undefined;
  const { allowedTools = "", permissionMode = "auto", systemPrompt = "", model = "" } = record ?? {};
  return {
    allowedTools: allowedTools === "" ? [] : (JSON.parse(allowedTools) as string[]),
    permissionMode: permissionMode as SessionSettings["permissionMode"],
    systemPrompt: systemPrompt === "" ? null : systemPrompt,
    model: model === "" ? null : model,
    mcpServers: readMetadata(record?.mcpServers),
    createdAt: dateOf(record?.createdAt),
    updatedAt: dateOf(record?.updatedAt),
  };
}

/** What is undefined is not given, also in a merge patch. */
function withoutUndefined(patch: object): object {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}
