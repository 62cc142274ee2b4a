import { expect, test } from "vitest";
import { maskSecrets, maskSecretsIn } from "./mask-secrets.ts";

test.each([
  ["sqlite:/tmp/a:b@c.db", "sqlite:/tmp/a:b@c.db"],
  ["sqlite:///tmp/a:b@c.db", "sqlite:///tmp/a:b@c.db"],
  ["postgres://me:geheim@host/d", "postgres://me:***@host/d"],
  ["postgres://me:ge:h@im@host/d", "postgres://me:***@host/d"],
  ["postgres://me:ge/h?e#im@host/d", "postgres://me:***@host/d"],
  ["postgres://me:ge\nheim@host/d", "postgres://me:***@host/d"],
  ["postgres://:geheim@host/d", "postgres://:***@host/d"],
  ["postgres:me:geheim@host/d", "postgres:***@host/d"],
  ["me:geheim@host/d", "me:***@host/d"],
  ["postgres:/me:geheim@host/d", "postgres:/***@host/d"],
  ["//me:geheim@host/d", "//me:***@host/d"],
  ["postgres://me@host/d", "postgres://me@host/d"],
  ["postgres://host:5432/d?sslmode=verify-full", "postgres://host:5432/d?sslmode=verify-full"],
  ["mongodb://me:geheim@one:1,two:2/d?replicaSet=r", "mongodb://me:***@one:1,two:2/d?replicaSet=r"],
  [
    "mongodb+srv://h/?tlsCertificateKeyFilePassword=geheim&tls=true",
    "mongodb+srv://h/?tlsCertificateKeyFilePassword=***&tls=true",
  ],
  [
    "mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:geheim",
    "mongodb://h/?authMechanismProperties=***",
  ],
  ["https://geheim@host/base", "https://***@host/base"],
  ["https://me:geheim@host/base", "https://***@host/base"],
  ["http://127.0.0.1:8003/base", "http://127.0.0.1:8003/base"],
  ["libsql://host?authToken=geheim&tls=0", "libsql://host?authToken=***&tls=0"],
  ["postgres://host/d?sslmode=x&password=geheim", "postgres://host/d?sslmode=x&password=***"],
  ["postgres://host/d?p%61ssword=geheim", "postgres://host/d?p%61ssword=***"],
  ["postgres://host/d?%password=geheim", "postgres://host/d?%password=***"],
  ["postgres://host/d?pass=geheim", "postgres://host/d?pass=***"],
  ["host=h user=me password=geheim", "host=h user=me password=***"],
  ["password = 'ge heim' host=h", "password = ***"],
  ["postgres password=geheim", "postgres password=***"],
])("%s", (url, masked) => {
  expect(maskSecrets(url)).toBe(masked);
  expect(maskSecrets(masked)).toBe(masked);
});

test("the URLs in a text are masked, and the rest stays", () => {
  const text =
    'Invalid URL "postgres://me:geheim@h/d", nor is mongodb://a:geheim@b. See http://127.0.0.1:8003/docs.';
  expect(maskSecretsIn(text)).toBe(
    'Invalid URL "postgres://me:***@h/d", nor is mongodb://a:***@b. See http://127.0.0.1:8003/docs.',
  );
});
