import { expect, test } from "vitest";
import { didYouMean, editDistance, similarNames } from "./similar-names.ts";

test.each([
  ["port", "port", 0],
  ["prot", "port", 1],
  ["pot", "port", 1],
  ["ports", "port", 1],
  ["part", "port", 1],
  ["ab", "cd", 2],
  ["", "port", 4],
  ["ca", "abc", 3],
])("%j and %j are %i changes apart", (one, other, distance) => {
  expect([editDistance(one, other), editDistance(other, one)]).toEqual([distance, distance]);
});

test("the nearest names are meant, if any is near", () => {
  const names = ["port", "post", "store", "min_pool_size"];
  expect(similarNames("prt", names)).toEqual(["port"]);
  expect(similarNames("pott", names)).toEqual(["port", "post"]);
  expect(similarNames("Min-Pool-Size", names)).toEqual(["min_pool_size"]);
  expect(similarNames("x", names)).toEqual([]);
  expect(similarNames("nothing_like_it", names)).toEqual([]);
  expect(didYouMean([])).toBe("");
  expect(didYouMean(["port"])).toBe("Did you mean port? ");
  expect(didYouMean(["port", "post"])).toBe("Did you mean one of port, post? ");
});
