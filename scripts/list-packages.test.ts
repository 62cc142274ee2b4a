import { expect, test } from "vitest";
import { listPackages, sortByNeed } from "./list-packages.ts";

test("packages stand after those they need", () => {
  const sorted = sortByNeed([
    { name: "app", folder: "app", needs: ["store", "core"], isPrivate: false },
    { name: "store", folder: "store", needs: ["core"], isPrivate: false },
    { name: "core", folder: "core", needs: [], isPrivate: false },
  ]);
  expect(sorted.map(({ name }) => name)).toEqual(["core", "store", "app"]);
});

test("packages in a circle are named", () => {
  const circle = [
    { name: "a", folder: "a", needs: ["b"], isPrivate: false },
    { name: "b", folder: "b", needs: ["a"], isPrivate: false },
  ];
  expect(() => sortByNeed(circle)).toThrow("in a circle: a, b");
});

test("the workspace begins with core and ends with the package that people install", () => {
  const names = listPackages().map(({ name }) => name);
  expect(names[0]).toBe("@throughline/core");
  expect(names.at(-1)).toBe("throughline");
});
