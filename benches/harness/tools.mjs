// What every benchmark needs: statistics, tables, the machine's description, waiting.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Fails loudly instead of hanging. */
export function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return NaN;
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

export const median = (values) => quantile(values, 0.5);

/** Three significant digits or so, with thousands apart. */
export function number(value, digits) {
  if (value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  const places = digits ?? (size >= 100 ? 0 : size >= 10 ? 1 : 2);
  return value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
}

/** Median, and in brackets the least and the most. */
export function spread(values, digits) {
  if (values.length === 0) return "–";
  if (values.length === 1) return number(values[0], digits);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${number(median(values), digits)} (${number(low, digits)}–${number(high, digits)})`;
}

export const verdict = (good) => (good === undefined ? "" : good ? "pass" : "FAIL");

/** Prints a table; the first column to the left, the others to the right. */
export function table(title, head, rows, notes = []) {
  const lines = [head, ...rows].map((row) => row.map((cell) => String(cell ?? "")));
  const widths = head.map((_, column) => Math.max(...lines.map((line) => [...(line[column] ?? "")].length)));
  const pad = (cell, column) => {
    const gap = " ".repeat(widths[column] - [...cell].length);
    return column === 0 ? cell + gap : gap + cell;
  };
  const print = (line) => console.log(`  ${line.map(pad).join("  ")}`.trimEnd());
  console.log(`\n${title}`);
  print(lines[0]);
  console.log(`  ${widths.map((width) => "-".repeat(width)).join("  ")}`);
  lines.slice(1).forEach(print);
  for (const note of notes) console.log(`  ${note}`);
}

const packageVersion = (name) =>
  JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url))).version;

function firstLine(program, ...args) {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).split("\n")[0].trim();
  } catch (error) {
    return String(error.stdout ?? "").split("\n")[0].trim() || "?";
  }
}

/** Versions, machine, settings: without them the figures mean nothing. */
export function header(what, { browser, broker, settings }) {
  const cpu = os.cpus()[0]?.model ?? "?";
  const memory = Math.round(os.totalmem() / 2 ** 30);
  console.log(`\n# cargo xtask bench ${what}`);
  console.log(`  date       ${new Date().toISOString()}`);
  console.log(`  machine    ${os.cpus().length} × ${cpu}, ${memory} GiB, ${os.type()} ${os.release()}`);
  console.log(`  load       ${os.loadavg().map((load) => load.toFixed(1)).join(" ")} (1, 5, 15 min; should be near 0 before)`);
  console.log(`  commit     ${firstLine("git", "log", "-1", "--format=%h %s")}`);
  console.log(`  Chromium   ${browser.version()}, headless; ${browser.arguments.join(" ")}`);
  console.log(`  Node       ${process.version}; playwright-core ${packageVersion("playwright-core")}`);
  console.log(`  peers      MQTT.js ${packageVersion("mqtt")}, Converse.js ${packageVersion("converse.js")}`);
  if (broker) console.log(`  broker     ${broker.version}: ${broker.settings}`);
  for (const [name, value] of Object.entries(settings)) console.log(`  ${name.padEnd(10)} ${value}`);
}

/** `--rounds 5 --quick …` as an object, over defaults. */
export function options(defaults) {
  const found = { ...defaults };
  const args = process.argv.slice(2);
  while (args.length > 0) {
    const flag = args.shift();
    const name = flag.replace(/^--/, "");
    if (!(name in defaults)) throw new Error(`unknown option ${flag}; there are ${Object.keys(defaults).map((key) => `--${key}`).join(", ")}`);
    if (typeof defaults[name] === "boolean") {
      found[name] = true;
      continue;
    }
    const value = args.shift();
    if (value === undefined) throw new Error(`${flag} wants a value`);
    found[name] = typeof defaults[name] === "number" ? Number(value) : value;
    if (Number.isNaN(found[name])) throw new Error(`${flag} wants a number`);
  }
  return found;
}

export const env = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start this with \`cargo xtask bench\``);
  return value;
};

/** Runs every clean-up, last first, whatever happens. */
export async function scope(run) {
  const ends = [];
  const defer = (end) => ends.push(end);
  const stop = async () => {
    while (ends.length > 0) {
      try {
        await ends.pop()();
      } catch (error) {
        console.error(`clean-up: ${error.message}`);
      }
    }
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop().finally(() => process.exit(130)));
  try {
    return await run(defer);
  } finally {
    await stop();
  }
}
