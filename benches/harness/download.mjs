// What a browser downloads, file by file.

import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import zlib from "node:zlib";

import { brotli } from "./server.mjs";
import { number, table, verdict } from "./tools.mjs";

const GOAL = 160;

/** Not for the first screen: loaded when something asks for it. */
const isLater = (name) => /^kith-(phone|scan)/.test(name);

function files(dir, below = "") {
  return readdirSync(path.join(dir, below)).flatMap((name) => {
    const file = path.join(below, name);
    return statSync(path.join(dir, file)).isDirectory() ? files(dir, file) : [file];
  });
}

export async function download({ dist }) {
  const found = files(dist).map((name) => {
    const bytes = readFileSync(path.join(dist, name));
    return { name, raw: bytes.length, gzip: zlib.gzipSync(bytes, { level: 9 }).length, brotli: brotli(bytes).length };
  });
  const kilo = (value) => number(value / 1000, 1);
  const sum = (list, key) => list.reduce((total, file) => total + file[key], 0);
  const row = (name, list) => [name, kilo(sum(list, "raw")), kilo(sum(list, "gzip")), kilo(sum(list, "brotli"))];
  const ordered = (list) => list.sort((a, b) => b.brotli - a.brotli).map((file) => row(file.name, [file]));
  const first = found.filter((file) => !isLater(file.name));
  const later = found.filter((file) => isLater(file.name));
  const total = sum(first, "brotli") / 1000;
  table(
    "Download of the release, kB",
    ["file", "raw", "gzip 9", "brotli 11"],
    [...ordered(first), row("in all, before anything is asked for", first), ...ordered(later), row("later", later)],
    [`goal: under ${GOAL} kB brotli in all (without encryption, without phone numbers): ${number(total, 1)} ${verdict(total < GOAL)}`],
  );
}
