import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { repositoryOf, repositoryText } from "./repository.ts";

const beds = "github.com/garden/beds";

describe("the repository of a remote", () => {
  test.each([
    "git@github.com:garden/beds.git",
    "github.com:garden/beds",
    "[git@github.com:22]:garden/beds.git".replace("[git@", "git@["),
    "ssh://git@github.com/garden/beds.git",
    "ssh://git@github.com:2222/garden/beds",
    "ssh://git@ssh.github.com:443/garden/beds.git",
    "git+ssh://git@github.com/garden/beds.git/",
    "https://mara:secret@GitHub.com/garden/beds.git",
    "https://token@github.com:443//garden/./beds.git?private_token=secret#x",
    "http://github.com:80/garden/beds",
    "git://github.com/garden/beds.git",
    " https://github.com./garden/beds ",
  ])("%s", (remote) => {
    expect(repositoryOf(remote)).toBe(beds);
  });

  test("is another one on another server, of another owner, or a fork", () => {
    expect(repositoryOf("http://localhost:3000/a/b.git")).toBe("localhost:3000/a/b");
    expect(repositoryOf("git@[::1]:a/b")).toBe("[::1]/a/b");
    expect(repositoryOf("ssh://[::1]:22/a/b")).toBe("[::1]/a/b");
    expect(repositoryOf("https://example.com/~mara/a%20b")).toBe("example.com/~mara/a b");
    expect(repositoryOf("https://example.com/100%")).toBe("example.com/100%");
  });

  test.each([
    "",
    "/srv/git/beds.git",
    "../beds",
    "./beds:2",
    "C:\\git\\beds",
    "C:/git/beds",
    "file:///srv/git/beds.git",
    "ext::sh -c 'touch /tmp/x'",
    "https://",
    "https://github.com",
    "git@github.com:",
    "ssh://git@exa mple/a",
    `https://example.com/${"x".repeat(2_000)}`,
  ])("there is none of %s", (remote) => {
    expect(repositoryOf(remote)).toBeUndefined();
  });

  test("is kept without the credentials that a caller left in it", () => {
    expect(v.parse(repositoryText, "https://mara:secret@github.com/garden/beds.git")).toBe(beds);
    for (const text of [beds, "commit:0123", "localhost:3000/a/b", "beds"])
      expect(v.parse(repositoryText, text)).toBe(text);
    for (const text of ["", "file:///a", "https://", "/srv/beds", "../beds", "~/beds", "C:\\beds"])
      expect(v.is(repositoryText, text)).toBe(false);
  });
});
