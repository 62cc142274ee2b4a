import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { latestVersion, migrations } from "./migrations.ts";

/** SHA-256 of each migration that was released. Databases in the world were made by them: add one, never edit one. */
const released = [
  "d139a697219b8adeed3a37275e02ecabf5c2b691d6c58a9d88afaf22dec0df0c",
  "0769c33d63fffe41a539887ebaac1cdaba5eee40fa422179f42e7d1cb703f071",
  "927411a528ae5097b290c3632795ba880ca6aeeb37e46ac2730c9a69cfb7b08f",
];

test("released migrations are as they were released", () => {
  const hashes = migrations.map(({ version, name, up, down }) =>
    createHash("sha256")
      .update(JSON.stringify([version, name, up, down]))
      .digest("hex"),
  );
  expect(hashes.slice(0, released.length)).toEqual(released);
});

test("versions go from 1 to the latest without a gap", () => {
  expect(migrations.map(({ version }) => version)).toEqual(
    Array.from({ length: latestVersion }, (_, index) => index + 1),
  );
});
