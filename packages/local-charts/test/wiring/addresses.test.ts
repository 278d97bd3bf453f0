// Which hosts and ports a text names, and what a host means inside a cluster.
// Does not prove: that anything answers there.
import { strict as assert } from "node:assert";
import { isLoopback } from "../../src/kubernetes/host.ts";
import {
  clusterName,
  expand,
  hostIn,
  isNumberOrLoopback,
  pairsIn,
  saysAddress,
  urlsIn,
} from "../../src/wiring/addresses.ts";

const named = (text: string) => text || "an empty text";

describe("the URLs in a text", () => {
  const schemes = {
    ...{ http: 80, https: 443, ws: 80, wss: 443, grpc: 443, postgres: 5432, postgresql: 5432, mysql: 3306 },
    ...{ redis: 6379, rediss: 6379, amqp: 5672, amqps: 5671, mongodb: 27017, nats: 4222, kafka: 9092 },
    ...{ "postgresql+asyncpg": 5432, HTTP: 80, smtp: undefined, "x+http": undefined },
  };
  for (const [scheme, port] of Object.entries(schemes)) {
    it(`have the port of their scheme: ${scheme} ${port}`, () => {
      assert.deepEqual(urlsIn(`${scheme}://db/x`), [{ host: "db", port }]);
    });
  }

  const cases: [text: string, found: [host: string, port: number | undefined][]][] = [
    ["http://db:8080", [["db", 8080]]],
    ["http://DB.Example.:8080/x", [["db.example", 8080]]],
    ["http://a-b.c-1.svc:1", [["a-b.c-1.svc", 1]]],
    ["http://me:word@db:8080/x?y=http", [["db", 8080]]],
    ["http://me@db", [["db", 80]]],
    ["http://$(DB_HOST):$(DB_PORT)/x", [["$(DB_HOST)", undefined]]],
    ["http://me:$(WORD)@$(DB_HOST)", [["$(DB_HOST)", 80]]],
    ["http://db:word/x", [["db", undefined]]],
    ["http://db:80x", [["db", undefined]]],
    ["http://db:x80", [["db", undefined]]],
    ["http://db:", [["db", 80]]],
    ["http://db:/x", [["db", 80]]],
    [
      "see http://a:1, https://b; (http://c:3) <http://d:4>, 'http://e:5' \"http://f:6\"",
      [
        ["a", 1],
        ["b", 443],
        ["c", 3],
        ["d", 4],
        ["e", 5],
        ["f", 6],
      ],
    ],
    ["http://a:1?x", [["a", 1]]],
    ["http://a:1#x", [["a", 1]]],
    ["http://a:1;b", [["a", 1]]],
    ["http://a:1<b", [["a", 1]]],
    ["http://%s:80", []],
    ["http://a%s:80", []],
    ["http://a{b}:80", []],
    ["http://a_b:80", []],
    ["http://a-:80", []],
    ["http://a$b:80", []],
    ["http://-a:80", []],
    ["http://.a", []],
    ["http://a..b", [["a", 80]]],
    ["http://$HOST:8000", []],
    ["http://$$(A):80", []],
    ["http://$(A)b:80", []],
    ["http://<a>", []],
    ["_http://a", []],
    ["1x://a", []],
    ["://a", []],
    ["http:/a", []],
    ["mailto:a", []],
    ["", []],
  ];
  for (const [text, found] of cases) {
    it(named(text), () => {
      assert.deepEqual(
        urlsIn(text),
        found.map(([host, port]) => ({ host, port })),
      );
    });
  }
});

describe("the pairs of host and port in a text", () => {
  const cases: [text: string, found: [host: string, port: number][]][] = [
    ["db:5432", [["db", 5432]]],
    ["DB.Example.:5432", [["db.example", 5432]]],
    [
      "a:1, b:2 ,c:3",
      [
        ["a", 1],
        ["b", 2],
        ["c", 3],
      ],
    ],
    ["a:1,b", [["a", 1]]],
    ["--peer=a:1", [["a", 1]]],
    ["-p=a:1", [["a", 1]]],
    ["--peer.x-y_z=a:1", [["a", 1]]],
    ["peer=a:1", []],
    ["-=a:1", []],
    ["x --peer=a:1", []],
    ["x-p=a:1", []],
    ["12:30", [["12", 30]]],
    ["a:12345", [["a", 12345]]],
    ["a:123456", []],
    ["a:", []],
    [":1", []],
    ["a:1x", []],
    ["a:1:2", []],
    ["x a:1", []],
    ["a:1 x", []],
    ["a-:1", []],
    ["$(A):1", []],
    ["", []],
  ];
  for (const [text, found] of cases) {
    it(named(text), () => {
      assert.deepEqual(
        pairsIn(text),
        found.map(([host, port]) => ({ host, port })),
      );
    });
  }
});

describe("a host in a variable of its own", () => {
  const cases: [name: string, text: string, port: string | undefined, found: object | undefined][] = [
    ["DB_HOST", "DB.", "5432", { host: "db", port: 5432 }],
    ["DB_HOST", "db", undefined, { host: "db" }],
    ["DB_HOST", "db", "", { host: "db" }],
    ["DB_HOST", "db", "$(PORT)", { host: "db", port: undefined }],
    ["DB_HOSTS", "db", "5432", undefined],
    ["DB_HOST_NAME", "db", "5432", undefined],
    ["DB_NAME", "db", "5432", undefined],
    ["DB_HOST", "db:1", "5432", undefined],
    ["DB_HOST", "the db", "5432", undefined],
    ["DB_HOST", "db!", "5432", undefined],
    ["DB_HOST", "", "5432", undefined],
  ];
  for (const [name, text, port, found] of cases) {
    it(`${name}=${text} with ${port}`, () => {
      const variables = new Map(port === undefined ? [] : [["DB_PORT", port]]);
      assert.deepEqual(hostIn(name, text, variables), found);
    });
  }
});

describe("a name says that it holds an address", () => {
  const says = [
    ...["DB_HOST", "HOSTS", "LISTEN_ADDR", "ADDRESS", "addresses", "SERVER", "bootstrap.servers", "ENDPOINT"],
    ...["ENDPOINTS", "BROKER", "BROKERS", "UPSTREAM", "UPSTREAMS", "API_URL", "URI", "URLS", "uris"],
  ];
  const saysNot = ["HOSTNAME", "ADDRE", "URL_PREFIX", "URX", "LEVEL", "SERVERSIDE", "ADDRESSE", ""];
  for (const name of says) it(name, () => assert.equal(saysAddress(name), true));
  for (const name of saysNot) it(`not ${named(name)}`, () => assert.equal(saysAddress(name), false));
});

describe("a text is expanded as Kubernetes does it", () => {
  const known = new Map([
    ["A", "1"],
    ["_b.c-2", "2"],
    ["EMPTY", ""],
  ]);
  const cases: Record<string, string> = {
    ...{ "$(A)": "1", "x$(A)y$(A)": "x1y1", "$(_b.c-2)": "2", "$(EMPTY)": "", "$(B)": "$(B)" },
    ...{ "$$(A)": "$$(A)", "$$$(A)": "$$1", $A: "$A", "$(1A)": "$(1A)", "$( A)": "$( A)", "(A)": "(A)" },
  };
  for (const [text, expected] of Object.entries(cases)) {
    it(text, () => assert.equal(expand(text, known), expected));
  }
});

describe("a host means", () => {
  const here = (service: string) => ({ service, namespace: "shop-dev" });
  const cases: [host: string, name: object | undefined][] = [
    ["web", here("web")],
    ["web.shop-dev", here("web")],
    ["pod-0.web.shop-dev", here("web")],
    ["web.shop-dev.svc", here("web")],
    ["web.shop-dev.svc.cluster.local", here("web")],
    ["pod-0.web.shop-dev.svc.cluster.local", here("web")],
    ["web.other.svc", { service: "web", namespace: "other" }],
    ["web.shop-prod", { service: "web", namespace: "shop-prod" }],
    ["web.my-shop-prod", undefined],
    ["a.web.shop-prod", undefined],
    ["example.org", undefined],
    ["www.example.org", undefined],
    ["web.svc", undefined],
    ["svc.example.org", undefined],
  ];
  for (const [host, name] of cases) {
    it(`${host}: ${JSON.stringify(name)}`, () => assert.deepEqual(clusterName(host, "shop-dev", "shop-"), name));
  }
});

describe("a host is the machine that asks", () => {
  const own = ["localhost", "dev.localhost", "a.b.localhost", "127.0.0.1", "127.10.200.3", "::1", "[::1]"];
  const others = [
    ...["localhosts", "mylocalhost", ".localhost", "localhost.example.org", "127.0.0", "127.0.0.x", "227.0.0.1"],
    ...["1270001", "127.0.0.1.example.org", "::2", "x::1", "[::1]x", "::11", "127.0x0.1", "127.0.0x1", "127x0.0.1", ""],
  ];
  for (const host of own) it(host, () => assert.equal(isLoopback(host), true));
  for (const host of others) it(`not ${named(host)}`, () => assert.equal(isLoopback(host), false));

  it("or a number, and so no name", () => {
    const hosts = ["localhost", "10.0.0.1", "1234", "10.0.0.x", "web", "1web", "web1"];
    assert.deepEqual(hosts.filter(isNumberOrLoopback), ["localhost", "10.0.0.1", "1234"]);
  });
});
