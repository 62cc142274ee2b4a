import type { ApiKeyJson, KeyInput } from "@throughline/server";
import { exitCodes } from "../exit-codes.ts";
import { administerKeys } from "../key-administration.ts";
import { readDuration } from "../arguments/read-duration.ts";
import { formatTable } from "../terminal/format-table.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";

export interface CreateKeyOptions extends CommonOptions {
  readonly tenant?: string;
  readonly role: KeyInput["role"];
  readonly name?: string;
  readonly expiresIn?: string;
}

export interface RevokeKeyOptions extends CommonOptions {
  readonly forget?: boolean;
}

/** Makes a key. It alone stands on standard output, for scripts; it is never shown again. */
export async function createApiKey(options: CreateKeyOptions): Promise<number> {
  const { tenant, role, name, expiresIn } = options;
  const lifetime = expiresIn === undefined ? undefined : readDuration("--expires-in", expiresIn);
  return withThroughline(options, "creates", async (throughline, configuration) => {
    const made = await administerKeys(throughline, configuration).create({
      role,
      ...(tenant === undefined ? undefined : { tenant }),
      ...(name === undefined ? undefined : { name }),
      ...(lifetime === undefined ? undefined : { expiresAt: new Date(Date.now() + lifetime) }),
    });
    if (options.json === true) await printJson(made);
    else {
      await writeOutput(`${made.key}\n`);
      const end = made.expires_at === null ? "" : `, until ${formatTime(new Date(made.expires_at))}`;
      process.stderr.write(
        `The key has the role ${made.role} in the tenant ${oneLine(made.tenant_id)}${end}. It is not shown again.\n`,
      );
    }
    return exitCodes.success;
  });
}

export async function listApiKeys(options: CommonOptions): Promise<number> {
  return withThroughline(options, "reads", async (throughline, configuration) => {
    const items = await administerKeys(throughline, configuration).list();
    if (options.json === true) {
      await printJson({ items });
      return exitCodes.success;
    }
    if (items.length === 0) {
      process.stderr.write("There are no API keys.\n");
      return exitCodes.success;
    }
    const headers = ["PREFIX", "ROLE", "TENANT", "NAME", "CREATED", "LAST USED", "STATUS"];
    const rows = items.map((key) => [
      key.prefix,
      key.role,
      oneLine(key.tenant_id),
      oneLine(key.name) || "-",
      time(key.created_at),
      time(key.last_used_at),
      statusOf(key),
    ]);
    const columns = headers.map((header) => ({ header }));
    await writeOutput(`${formatTable(columns, rows, undefined).join("\n")}\n`);
    return exitCodes.success;
  });
}

export async function revokeApiKey(name: string, options: RevokeKeyOptions): Promise<number> {
  return withThroughline(options, "changes", async (throughline, configuration) => {
    const keys = administerKeys(throughline, configuration);
    const isForgotten = options.forget === true;
    await (isForgotten ? keys.forget(name) : keys.revoke(name));
    if (options.json === true) await printJson({ revoked: true, forgotten: isForgotten });
    else await writeOutput(isForgotten ? "Revoked, and forgotten.\n" : "Revoked.\n");
    return exitCodes.success;
  });
}

function statusOf({ revoked_at: revoked, expires_at: end }: ApiKeyJson): string {
  if (revoked !== null) return `revoked ${time(revoked)}`;
  if (end === null) return "good";
  return new Date(end).getTime() <= Date.now() ? `expired ${time(end)}` : `good until ${time(end)}`;
}

function time(text: string | null): string {
  return text === null ? "-" : formatTime(new Date(text));
}
