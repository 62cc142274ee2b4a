import { ThroughlineError, searchJson } from "@throughline/core";
import * as v from "valibot";
import type { EventHub } from "../events/event-hub.ts";
import { commonHeaders } from "../problem-response.ts";
import type { Route } from "../route.ts";
import { entriesOf } from "../schema-entries.ts";

const type = "text/event-stream";
const headers = {
  ...commonHeaders,
  "content-type": `${type}; charset=utf-8`,
  // For nginx: pass each event on when it comes.
  "x-accel-buffering": "no",
};

const label = entriesOf(searchJson)["session_id"] ?? v.never();

export function eventRoutes(hub: EventHub): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/events",
      operationId: "followChanges",
      summary: "Follow what changes, as server-sent events",
      description:
        "An event `change` for each commit of the caller's tenant, without content, in the order of commits. Its id is a place in the feed: who sends it back as `Last-Event-ID` goes on after it, and misses nothing. `start-over` says that the past is gone: read everything again, then go on. `end` says why the server ends the stream. Comments show every 15 seconds that the connection is alive.",
      query: v.strictObject({
        session_id: label,
        user_id: label,
        kind: v.optional(v.array(v.string())),
        last_event_id: v.optional(v.string()),
      }),
      parameters: {
        session_id: "Only what changes this session, or what it owns.",
        user_id: "Only what changes sessions of this user.",
        kind: "Only changes of this kind of records, such as `messages`; may be there several times.",
        last_event_id: "As the header, which counts where both are there.",
      },
      headers: { "Last-Event-ID": "The id of the last event that was received. Without it: from now on." },
      answers: { 200: { description: "The events, as long as both sides stay.", types: [type] } },
      async handle({ throughline: { store, tenant }, query, request, connection }) {
        if (request.method === "HEAD") return new Response(null, { headers });
        const { session_id: session, user_id: user, kind: kinds, last_event_id: given } = query as Parameters;
        const unknown = kinds?.find((kind) => !store.kinds.has(kind));
        if (unknown !== undefined) {
          throw new ThroughlineError(
            "invalid",
            `There is no kind ${unknown}. There are: ${[...store.kinds.keys()].join(", ")}.`,
            {
              reason: "kind",
              outcome: "refused",
              details: { kind: unknown },
            },
          );
        }
        const isFiltered = session !== undefined || user !== undefined || kinds !== undefined;
        const where = {
          ...(session === undefined ? undefined : { session }),
          ...(user === undefined ? undefined : { user }),
          ...(kinds === undefined ? undefined : { kinds }),
        };
        const stream = await hub.open({
          store,
          tenant,
          where: isFiltered ? where : undefined,
          since: request.headers.get("last-event-id") ?? given,
          request,
          connection,
        });
        return new Response(stream.body, { headers });
      },
    },
  ];
}

interface Parameters {
  readonly session_id?: string;
  readonly user_id?: string;
  readonly kind?: readonly string[];
  readonly last_event_id?: string;
}
