/** Which memory, and whose, the words of a command mean. */
import type { Memory, MemoryName, MemoryOwner, Throughline } from "@throughline/core";
import { findSession } from "../sessions/find-session.ts";
import type { CommonOptions } from "../with-throughline.ts";
import { misuse } from "../misuse.ts";

export interface MemoryOptions extends CommonOptions {
  readonly project?: string;
  readonly user?: string;
  readonly session?: string;
}

const memoryId = /^mem_[0-9a-f]{12}$/;

export async function readMemory({ memories }: Throughline, name: MemoryName): Promise<Memory> {
  return typeof name === "string" ? memories.getById(name) : memories.get(name);
}

/** An id needs no owner; a key does. */
export async function nameOf(
  throughline: Throughline,
  name: string,
  options: MemoryOptions,
): Promise<MemoryName> {
  const { project, user, session } = options;
  const isAnybodys = project === undefined && user === undefined && session === undefined;
  if (isAnybodys && memoryId.test(name)) return name;
  return { ...(await ownerOf(throughline, options)), key: name };
}

export async function ownerOf(
  throughline: Throughline,
  { project, user, session }: MemoryOptions,
): Promise<MemoryOwner> {
  const given = [project, user, session].filter((name) => name !== undefined);
  if (given.length !== 1)
    throw misuse(
      "Say whose memories are meant: --project, --user or --session, one of them. throughline projects and throughline sessions list what there is.",
    );
  if (project !== undefined) return { project };
  if (user !== undefined) return { user };
  return { session: (await findSession(throughline, session as string)).id };
}
