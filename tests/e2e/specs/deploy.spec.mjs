// The examples of deploy/ behave as README.md says: real web servers, in front of a broker that asks nobody where they
// come from.
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import WebSocket from "ws";
import { dist, servePageAround } from "../fixtures/app.mjs";
import { deploy, host } from "../fixtures/deploy.mjs";
import { Person } from "../fixtures/person.mjs";
import { expect, test } from "../fixtures/test.mjs";

const always = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "permissions-policy": expect.stringMatching(/^camera=\(self\), .*geolocation=\(\), .*microphone=\(\)/),
};

const files = readdirSync(dist);
const named = (pattern) => `/${files.find((name) => pattern.test(name))}`;

/** The policy that a header must carry: that of the page, one server instead of all, and no frames. */
function policy() {
  const [, page] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(
    readFileSync(join(dist, "index.html"), "utf8"),
  );
  return `${page.replace("'self' ws: wss: http: https:", `'self' wss://${host}`)}; frame-ancestors 'none'`;
}

/** What becomes of a WebSocket connection that a page from `origin` opens: 101 or the status of the refusal. */
async function upgrade(port, origin) {
  const options = { headers: { host }, origin, servername: host, rejectUnauthorized: false };
  const socket = new WebSocket(`wss://127.0.0.1:${port}/mqtt`, "mqtt", options);
  socket.on("error", () => {});
  const refused = once(socket, "unexpected-response").then(([, response]) => response.statusCode);
  const status = await Promise.race([once(socket, "open").then(() => 101), refused]);
  socket.terminate();
  return status;
}

for (const [kind, smallest] of [
  ["nginx", "gzip"],
  ["Caddy", "br"],
]) {
  test.describe(`behind ${kind}`, () => {
    let server;
    test.beforeAll(async ({ broker }) => {
      server = await deploy(kind, broker.port);
    });
    test.afterAll(() => server.remove());

    test("each file has the headers, its type, and the time it may be kept @mosquitto", async () => {
      const lasting = [
        [named(/^start-/), /^(text|application)\/javascript/],
        [named(/^boot-/), /^(text|application)\/javascript/],
        [named(/^style-/), /^text\/css/],
        [named(/^kith-[0-9a-f]+_bg\.wasm$/), /^application\/wasm$/],
      ];
      const fleeting = [
        ["/", /^text\/html/],
        ["/config.json", /^application\/json/],
        ["/tick.js", /^(text|application)\/javascript/],
        ["/kith-phone_bg.wasm", /^application\/wasm$/],
      ];
      const immutable = "public, max-age=31536000, immutable";
      for (const [paths, caching] of [
        [lasting, immutable],
        [fleeting, "no-cache"],
      ]) {
        for (const [path, type] of paths) {
          const { status, headers } = await server.get(path);
          expect(status, path).toBe(200);
          expect(headers, path).toMatchObject({ ...always, "cache-control": caching });
          expect(headers["content-type"], path).toMatch(type);
          expect(headers["content-security-policy"], path).toBe(policy());
        }
      }
      expect((await server.get("/no-such-file.js")).status).toBe(404);
    });

    test("the small files are sent to who takes them @mosquitto", async () => {
      const wasm = named(/^kith-[0-9a-f]+_bg\.wasm$/);
      const plain = await server.get(wasm);
      expect(plain.headers["content-encoding"]).toBeUndefined();
      const small = await server.get(wasm, { "accept-encoding": smallest });
      expect(small.headers["content-encoding"]).toBe(smallest);
      expect(small.headers["content-type"]).toBe("application/wasm");
      expect(small.body.length).toBeLessThan(plain.body.length / 2);
    });

    test("the broker is reached from this page alone @mosquitto", async () => {
      expect(await upgrade(server.port, `https://${host}`)).toBe(101);
      expect(await upgrade(server.port, "https://evil.example")).toBe(403);
      expect(await upgrade(server.port, undefined)).toBe(403);
    });

    test("people sign up and talk over it, nothing is refused, and no page frames it @mosquitto", async ({
      playwright,
      launchOptions,
    }) => {
      const args = [...launchOptions.args, `--host-resolver-rules=MAP ${host} 127.0.0.1:${server.port}`];
      const browser = await playwright.chromium.launch({ ...launchOptions, args });
      const refused = [];
      const meet = async (name) => {
        const context = await browser.newContext({ ignoreHTTPSErrors: true });
        await context.exposeFunction("policyRefused", (what) => refused.push(what));
        await context.addInitScript(() => {
          addEventListener("securitypolicyviolation", (event) =>
            policyRefused(`${event.effectiveDirective} ${event.blockedURI}`),
          );
        });
        return (await new Person(name, context, `https://${host}/`).open()).signUp({
          "Phone or e-mail (optional)": `+48 5${String(Date.now()).slice(-8)}`,
        });
      };
      const ada = await meet("Ada");
      const bob = await meet("Bob");
      await ada.befriend(bob);
      await ada.openChat("Bob");
      await ada.send("By one address");
      await bob.openChat("Ada");
      await expect(bob.message("By one address")).toBeVisible();
      expect(refused).toEqual([]);

      const page = await ada.context.newPage();
      const blocked = page.waitForEvent("console", (line) => line.text().includes("frame-ancestors"));
      const around = await servePageAround(`https://${host}/`);
      await page.goto(around.url);
      await blocked;
      around.remove();
      expect([...ada.wrongs, ...bob.wrongs]).toEqual([]);
      await browser.close();
    });
  });
}
