// A static server over HTTP/1.1, compressing as a good one would: brotli 11, made once.

import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import zlib from "node:zlib";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

export function brotli(bytes) {
  return zlib.brotliCompressSync(bytes, {
    params: {
      [zlib.constants.BROTLI_PARAM_QUALITY]: 11,
      [zlib.constants.BROTLI_PARAM_LGWIN]: 24,
      [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}

/**
 * Serves directories: `mounts` is a list of [prefix, directory], the first that fits counts; `files` are texts that
 * stand before them.
 */
export async function startServer({ mounts, files = {} }) {
  const compressed = new Map();
  const find = (pathname) => {
    if (pathname in files) return { bytes: Buffer.from(files[pathname]), name: pathname, key: null };
    for (const [prefix, dir] of mounts) {
      if (!pathname.startsWith(prefix)) continue;
      let file = path.join(dir, path.normalize(`/${pathname.slice(prefix.length)}`));
      try {
        if (statSync(file).isDirectory()) file = path.join(file, "index.html");
        const { mtimeMs } = statSync(file);
        return { bytes: readFileSync(file), name: file, key: `${file} ${mtimeMs}` };
      } catch {
        // The next one.
      }
    }
    return null;
  };
  const encode = (found) => {
    if (found.bytes.length < 200 || /\.(woff2|png|jpg|webp)$/.test(found.name)) return null;
    if (found.key === null) return brotli(found.bytes);
    if (!compressed.has(found.key)) compressed.set(found.key, brotli(found.bytes));
    return compressed.get(found.key);
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const found = find(decodeURIComponent(pathname));
    if (!found) {
      response.writeHead(404, { "content-length": 0 });
      return response.end();
    }
    const headers = {
      "content-type": TYPES[path.extname(found.name)] ?? "application/octet-stream",
      "cache-control": "no-cache",
    };
    const small = (request.headers["accept-encoding"] ?? "").includes("br") ? encode(found) : null;
    if (small) headers["content-encoding"] = "br";
    const body = small ?? found.bytes;
    headers["content-length"] = body.length;
    response.writeHead(200, headers);
    return response.end(body);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    /** Compresses beforehand what would otherwise be compressed in the middle of a measurement. */
    prepare(pathnames) {
      for (const pathname of pathnames) {
        const found = find(pathname);
        if (found) encode(found);
      }
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
