import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { latestVersion, migrations } from "./migrations.ts";

/** SHA-256 of each migration that was released. Databases in the world were made by them: add one, never edit one. */
const released = ["0"];

test("released migrations are as they were released", () => {
  const hashes = migrations.map(({ version, name, up, down }) =>
    createHash("sha256")
      .update(JSON.stringify([version, name, up, down]))
      .digest("hex"),
  );
  expect(hashes).toEqual(released);
});

test("versions go from 1 to the latest without a gap", () => {
  expect(migrations.map(({ version }) => version)).toEqual(
    Array.from({ length: latestVersion }, (_, index) => index + 1),
  );
});
