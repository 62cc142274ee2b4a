/** The whole suite over a real socket, against the real server on each kind of database. */
import { runConformance } from "@throughline/conformance";
import { describe, test } from "vitest";
import { openServed, sqliteBackend } from "./test/open-served.ts";

describe("on SQLite", () => {
  runConformance({ test, open: openServed(sqliteBackend) });
});
