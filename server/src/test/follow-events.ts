/** Event streams as tests follow them: until the end of their test. */
import type { Throughline } from "@throughline/core";
import type { Server } from "@throughline/server";
import { expect, onTestFinished } from "vitest";
import { EventReader } from "./event-reader.ts";
import { origin } from "./test-server.ts";

export async function follow(
  server: Server,
  query = "",
  headers: Readonly<Record<string, string>> = {},
): Promise<EventReader> {
  const response = await server.fetch(new Request(`${origin}/events${query}`, { headers }));
  expect(response.status).toBe(200);
  const reader = new EventReader(response.body);
  onTestFinished(() => reader.cancel());
  return reader;
}

export async function say(throughline: Throughline, session: string, content = "Hello"): Promise<void> {
  await throughline.messages.append(session, [{ role: "user", content }]);
}

/** How many streams are open, and feeds followed, as the metrics tell. */
export async function openStreams(server: Server, headers = {}): Promise<readonly [number, number]> {
  const text = await (await server.fetch(new Request(`${origin}/metrics`, { headers }))).text();
  const read = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
  return [read("throughline_event_streams"), read("throughline_feed_followers")];
}

/** The place after everything. */
export async function placeOf({ store, tenant }: Throughline): Promise<string> {
  let page = await store.changes({ tenant, limit: 1_000 });
  while (page.more) page = await store.changes({ tenant, since: page.cursor, limit: 1_000 });
  return page.cursor;
}
