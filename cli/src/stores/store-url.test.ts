import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseStoreUrl } from "./store-url.ts";

test.each([
  ["memory:", { type: "memory" }],
  ["MEMORY:", { type: "memory" }],
  ["sqlite:a.db", { type: "sqlite", path: "a.db" }],
  ["file:a.db", { type: "sqlite", path: "a.db" }],
  ["sqlite:/tmp/a b%20.db", { type: "sqlite", path: "/tmp/a b%20.db" }],
  ["sqlite:///tmp/a%20b.db", { type: "sqlite", path: "/tmp/a b.db" }],
  ["sqlite:~/a.db", { type: "sqlite", path: join(homedir(), "a.db") }],
  ["sqlite:日本.db", { type: "sqlite", path: "日本.db" }],
  ["postgres://u:geheim@h/d", { type: "postgres", url: "postgres://u:geheim@h/d" }],
  ["PostgreSQL://h", { type: "postgres", url: "postgresql://h" }],
  ["postgres:///d?host=/run/postgresql", { type: "postgres", url: "postgres:///d?host=/run/postgresql" }],
  ["mongodb://h:1,i:2/d", { type: "mongodb", url: "mongodb://h:1,i:2/d" }],
  ["mongodb+srv://h", { type: "mongodb", url: "mongodb+srv://h" }],
  ["http://127.0.0.1:8003", { type: "http", url: "http://127.0.0.1:8003" }],
  ["https://h/base", { type: "http", url: "https://h/base" }],
])("%s", (url, location) => {
  expect(parseStoreUrl(url)).toEqual(location);
});

test.each(["libsql://h", "libsql:p", "idb:n", "oracle:x"])("%s is not in this version", (url) => {
  const scheme = `${url.split(":")[0]}:`;
  const message = `This version has no store for ${scheme} URLs. There are sqlite:<path>, file:<path>, postgres://, postgresql://, mongodb://, mongodb+srv://, http://, https:// and memory:.`;
  expect(() => parseStoreUrl(url)).toThrow(
    expect.objectContaining({ code: "unsupported", reason: "store", message }),
  );
});

test.each([
  ["", "is no URL of a store"],
  ["sessions", "is no URL of a store"],
  ["sqlite:", "names no file"],
  ["sqlite::memory:", "write memory:"],
  ["memory:x", "must be memory: with nothing after it"],
  ["sqlite://host/a.db", "has a host"],
  ["sqlite:///%zz", "wrongly percent-encoded"],
  ["sqlite:a.db?mode=ro", "there are no parameters"],
  ["postgres:d", "names no server"],
  ["mongodb://", "names no server"],
  ["https:/h", "names no server"],
  ["postgres://me:ge heim@h/d", "postgres://me:***@h/d holds white space"],
  ["postgres://me:geheim@h/d\n", "holds white space"],
])("%j is refused", (url, message) => {
  expect(() => parseStoreUrl(url)).toThrow(
    expect.objectContaining({
      code: "invalid",
      reason: "store_url",
      message: expect.stringContaining(message) as string,
    }),
  );
});
