/** Tags are added and taken away one by one: two programs that tag one session at once lose nothing. */
import * as v from "valibot";
import type { Row } from "../../model/kind.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { tagList } from "../../schemas/session-input.ts";
import { changeSession } from "./change-session.ts";
import type { ServiceContext } from "../service-context.ts";
import { sessionFields } from "./session.ts";
import type { CallSettings } from "./sessions.ts";

const input = v.strictObject({ tags: tagList });

/** Adds tags behind those that are there. @throws ThroughlineError `invalid` where they would be too many */
export function tagSession(
  context: ServiceContext,
  id: string,
  tags: readonly string[],
  settings: CallSettings,
): Promise<Row> {
  return changeTags(context, id, tags, settings, (known, given) => known.union(given));
}

/** Takes tags away; those that are not there are no error. */
export function untagSession(
  context: ServiceContext,
  id: string,
  tags: readonly string[],
  settings: CallSettings,
): Promise<Row> {
  return changeTags(context, id, tags, settings, (known, given) => known.difference(given));
}

async function changeTags(
  context: ServiceContext,
  id: string,
  tags: readonly string[],
  settings: CallSettings,
  combine: (known: ReadonlySet<string>, given: ReadonlySet<string>) => ReadonlySet<string>,
): Promise<Row> {
  const given = new Set(parseInput(input, { tags }, "session").tags);
  return changeSession(
    context,
    id,
    ["tags"],
    (row) => {
      const known = new Set(row.tags === "" ? [] : (JSON.parse(row.tags as string) as string[]));
      const combined = combine(known, given);
      if (combined.size === known.size) return undefined;
      return sessionFields(parseInput(input, { tags: [...combined] }, "session"));
    },
    settings,
  );
}
