// Serves a built page, as any web server would: node server.mjs DIRECTORY PORT (0 takes a free one).
// KITH_CONFIG, JSON, takes the place of config.json. Prints `serving http://127.0.0.1:PORT/` when ready.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { pathToFileURL } from "node:url";

const types = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** Resolves to the listening `http.Server`. `config`: an object or JSON text instead of config.json. */
export function serve(directory, port = 0, config = process.env.KITH_CONFIG) {
  const root = normalize(join(directory, sep));
  const server = createServer(async (request, response) => {
    try {
      const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
      if (path === "/config.json" && config) {
        response.writeHead(200, { "content-type": types[".json"], "cache-control": "no-store" });
        return response.end(typeof config === "string" ? config : JSON.stringify(config));
      }
      const file = normalize(join(root, path.endsWith("/") ? `${path}index.html` : path));
      if (!file.startsWith(root) || !(await stat(file)).isFile()) throw new Error("not a file");
      const type = types[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, "cache-control": "no-cache" });
      if (request.method === "HEAD") return response.end();
      createReadStream(file).pipe(response);
    } catch {
      response.writeHead(404, { "content-type": types[".txt"] }).end("not found\n");
    }
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", () => resolve(server));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [directory, port] = process.argv.slice(2);
  if (!directory) throw new Error("usage: node server.mjs DIRECTORY PORT");
  const server = await serve(directory, Number(port ?? 0));
  console.log(`serving http://127.0.0.1:${server.address().port}/`);
}
