import { expect, test } from "vitest";
import { maskSecrets } from "./mask-secrets.ts";

test.each([
  ["sqlite:/tmp/a:b@c.db", "sqlite:/tmp/a:b@c.db"],
  ["postgres://me:geheim@host/d", "postgres://me:***@host/d"],
  ["postgres://me:ge:h@im@host/d", "postgres://me:***@host/d"],
  ["postgres://me@host/d", "postgres://me@host/d"],
  ["libsql://host?authToken=geheim&tls=0", "libsql://host?authToken=***&tls=0"],
  ["postgres://host/d?sslmode=x&password=geheim", "postgres://host/d?sslmode=x&password=***"],
])("%s", (url, masked) => {
  expect(maskSecrets(url)).toBe(masked);
});
