// What a wasm module with names consists of: `node benches/harness/sizes.mjs target/wasm32-unknown-unknown/release/kith.wasm`.
// Bytes of code by crate and module, before wasm-opt, which shrinks all of them about alike.

import { readFileSync } from "node:fs";

import { number, table } from "./tools.mjs";

const bytes = readFileSync(process.argv[2]);
const depth = Number(process.argv[3] ?? 2);
let at = 8;

function leb() {
  let [value, shift, byte] = [0, 0, 0];
  do {
    byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    shift += 7;
  } while (byte > 127);
  return value;
}

const string = () => {
  const length = leb();
  return bytes.toString("utf8", at, (at += length));
};

const sections = [];
while (at < bytes.length) {
  const id = bytes[at++];
  const size = leb();
  sections.push({ id, start: at, size });
  at += size;
}

let imported = 0;
for (const { start } of sections.filter(({ id }) => id === 2)) {
  at = start;
  for (let left = leb(); left > 0; left -= 1) {
    string();
    string();
    const kind = bytes[at++];
    if (kind === 0) imported += 1;
    if (kind === 0) leb();
    else if (kind === 3) at += 2;
    else {
      if (kind === 1) at += 1;
      const flags = leb();
      leb();
      if (flags & 1) leb();
    }
  }
}

const sizes = [];
for (const { start } of sections.filter(({ id }) => id === 10)) {
  at = start;
  for (let left = leb(); left > 0; left -= 1) {
    const size = leb();
    sizes.push(size);
    at += size;
  }
}

const names = new Map();
for (const { start, size } of sections.filter(({ id }) => id === 0)) {
  at = start;
  if (string() !== "name") continue;
  while (at < start + size) {
    const kind = bytes[at++];
    const length = leb();
    const end = at + length;
    if (kind === 1) for (let left = leb(); left > 0; left -= 1) names.set(leb(), string());
    at = end;
  }
}

/** `<alloc::vec::Vec<T> as …>::f` counts for what it is of, not for whom it was made. */
function path(name) {
  const legacy = name.match(/^_ZN(.*)E$/);
  let text = name;
  if (legacy) {
    const parts = [];
    let rest = legacy[1];
    for (let match; (match = rest.match(/^(\d+)/)); ) {
      const length = Number(match[1]);
      parts.push(rest.slice(match[1].length, match[1].length + length));
      rest = rest.slice(match[1].length + length);
    }
    text = parts.join("::").replaceAll("$LT$", "<").replaceAll("$GT$", ">").replaceAll("$u20$", " ").replaceAll("..", "::").replace(/^_</, "<");
  }
  // The other mangling: the crate's name is enough.
  const crate = name.startsWith("_R") && name.match(/Cs[A-Za-z0-9]+_(\d+)([a-z_0-9]+)/);
  if (crate) text = crate[2].slice(0, Number(crate[1]));
  const own = text.match(/kith::[a-z0-9_]+(::[a-z0-9_]+)?(::[a-z0-9_]+)?/);
  const first = text.match(/[A-Za-z0-9_]+(?:::[A-Za-z0-9_]+)*/)?.[0] ?? "?";
  return { own: own?.[0], first };
}

const groups = (key) => {
  const found = new Map();
  sizes.forEach((size, index) => {
    const name = names.get(index + imported) ?? "?";
    const group = key(path(name), name);
    const entry = found.get(group) ?? { size: 0, count: 0 };
    entry.size += size;
    entry.count += 1;
    found.set(group, entry);
  });
  return [...found].sort(([, a], [, b]) => b.size - a.size);
};

const all = sizes.reduce((sum, size) => sum + size, 0);
const data = sections.filter(({ id }) => id === 11).reduce((sum, { size }) => sum + size, 0);
const rows = (list, most) =>
  list.slice(0, most).map(([name, { size, count }]) => [name, number(size / 1000, 1), number((100 * size) / all, 1), number(count, 0)]);
const head = ["", "kB", "%", "functions"];
console.log(`${process.argv[2]}: code ${number(all / 1000, 0)} kB in ${number(sizes.length, 0)} functions, data ${number(data / 1000, 0)} kB`);
table("By crate that the function is of", head, rows(groups(({ first }) => first.split("::")[0]), 30));
table("By module of Kith that it is of or made for", head, rows(groups(({ own }) => own?.split("::").slice(0, depth + 1).join("::") ?? "(other)"), 40));
table("By function, generic copies together", head, rows(groups((_, name) => path(name).first), 40));
