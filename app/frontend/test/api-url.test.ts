// Which API_URL the server starts with, and that no refusal repeats its value. Does not prove: that anything answers there.
import { expect, test } from "vitest";
import { parseApiUrl } from "../lib/api-url";

test.each([
  ["http://todo-backend-dev:8000", "http://todo-backend-dev:8000"],
  ["http://todo-backend-dev:8000/", "http://todo-backend-dev:8000"],
  ["https://api.example", "https://api.example"],
])("%s is accepted", (value, origin) => {
  expect(parseApiUrl(value)).toBe(origin);
});

test.each([
  [undefined, "API_URL is missing"],
  ["", "API_URL is missing"],
  ["todo-backend-canary:8000", "not an http or https address"],
  ["ftp://canary", "not an http or https address"],
  ["not canary", "not an http or https address"],
  ["http://user:canary@host", "more than scheme, host and port"],
  ["http://host/canary", "more than scheme, host and port"],
  ["http://host?canary", "more than scheme, host and port"],
])("%s is refused in a sentence that does not repeat it", (value, reason) => {
  expect(() => parseApiUrl(value)).toThrow(reason);
  expect(() => parseApiUrl(value)).toThrow("expected an address such as http://todo-backend-dev:8000");
  expect(() => parseApiUrl(value)).not.toThrow("canary");
});
