// What two people wrote, and whether both see it: once, and in the same order.

export class Ledger {
  /** By author: what was seen in their own log. It must arrive. */
  #kept = { };
  /** What was typed when the page died: it may have been stored or not. */
  #perhaps = { };
  #numbers = { };

  /** So many new texts for somebody to write. */
  compose(author, count) {
    const from = this.#numbers[author] ?? 1;
    this.#numbers[author] = from + count;
    return Array.from({ length: count }, (_, at) => `${author} writes number ${from + at}.`);
  }

  kept(author, texts) {
    (this.#kept[author] ??= []).push(...texts);
  }

  perhaps(author, texts) {
    (this.#perhaps[author] ??= []).push(...texts);
  }

  get written() {
    return Object.values(this.#numbers).reduce((sum, next) => sum + next - 1, 0);
  }

  get certain() {
    return Object.values(this.#kept).reduce((sum, texts) => sum + texts.length, 0);
  }

  /** What is wrong with what an author and their friend see, in the order in which they see it: nothing, one hopes. */
  faults(transcripts) {
    const faults = [];
    const [one, other] = Object.values(transcripts);
    const differs = one.findIndex((text, at) => text !== other[at]);
    if (differs >= 0 || one.length !== other.length) {
      faults.push(`from place ${differs} on they see different things: ${one[differs]} / ${other[differs]}`);
    }
    for (const [name, texts] of Object.entries(transcripts)) {
      const seen = new Set(texts);
      if (seen.size !== texts.length) {
        faults.push(`${name} sees twice: ${texts.filter((text, at) => texts.indexOf(text) !== at)}`);
      }
      for (const author of Object.keys(this.#numbers)) {
        const lost = (this.#kept[author] ?? []).filter((text) => !seen.has(text));
        if (lost.length > 0) faults.push(`${name} does not see: ${lost}`);
        const known = new Set([...(this.#kept[author] ?? []), ...(this.#perhaps[author] ?? [])]);
        const own = texts.filter((text) => text.startsWith(`${author} `));
        const strange = own.filter((text) => !known.has(text));
        if (strange.length > 0) faults.push(`${name} sees what nobody wrote: ${strange}`);
        const order = own.map((text) => Number(/\d+/.exec(text)[0]));
        const at = order.findIndex((number, at) => at > 0 && number < order[at - 1]);
        if (at > 0) faults.push(`${name} sees ${author}'s ${order[at]} after ${order[at - 1]}`);
      }
    }
    return faults;
  }
}
