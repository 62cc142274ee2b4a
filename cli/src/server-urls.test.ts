import { expect, test } from "vitest";
import { takeSchema, withDatabase } from "./server-urls.ts";

test.each([
  ["postgres://h/d", { url: "postgres://h/d" }],
  ["postgres://h/d?schema=one", { url: "postgres://h/d", schema: "one" }],
  [
    "postgres://h,i/d?sslmode=require&schema=one&x=1",
    { url: "postgres://h,i/d?sslmode=require&x=1", schema: "one" },
  ],
  ["postgres://h/d?myschema=one", { url: "postgres://h/d?myschema=one" }],
])("%s", (url, taken) => {
  expect(takeSchema(url)).toEqual(taken);
});

test.each([
  ["mongodb://h", "mongodb://h/chats"],
  ["mongodb://h/", "mongodb://h/chats"],
  ["mongodb://h:1,i:2/other?replicaSet=r", "mongodb://h:1,i:2/chats?replicaSet=r"],
  ["mongodb://u:p@h", "mongodb://u:p@h/chats?authSource=admin"],
  ["mongodb://u:p@h/users?tls=true", "mongodb://u:p@h/chats?tls=true&authSource=users"],
  ["mongodb://u:p@h/users?authSource=admin", "mongodb://u:p@h/chats?authSource=admin"],
  ["mongodb+srv://u@h/?authMechanism=MONGODB-X509", "mongodb+srv://u@h/chats?authMechanism=MONGODB-X509"],
])("%s with a database", (url, expected) => {
  expect(withDatabase(url, "chats")).toBe(expected);
});
