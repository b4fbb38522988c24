// The few kinds of TOML value that settings are made of.

export type TomlValue = string | number | boolean | TomlValue[];

/** A value as `SettingReport` carries it; throws a SyntaxError on anything else. */
export function parseToml(text: string): TomlValue {
  const reader = new Reader(text);
  const value = reader.value();
  reader.end();
  return value;
}

/** A string or a list of strings and whole numbers, as `set` takes it. */
export function toToml(value: string | (string | number)[]): string {
  if (typeof value === "string") return JSON.stringify(value);
  const entries = value.map((entry) =>
    typeof entry === "number" ? String(entry) : JSON.stringify(entry),
  );
  return `[${entries.join(", ")}]`;
}

const SPACE = /(?:\s|#[^\n]*)*/y;
const BARE = /[^\s,[\]#"']+/y;
const STRINGS: [form: RegExp, escapes: boolean][] = [
  [/"""\n?((?:[^\\]|\\[^])*?)"""/y, true],
  [/'''\n?([^]*?)'''/y, false],
  [/"((?:[^"\\\n]|\\.)*)"/y, true],
  [/'([^'\n]*)'/y, false],
];

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  value(): TomlValue {
    this.match(SPACE);
    if (this.text[this.at] === "[") return this.list();
    for (const [form, escapes] of STRINGS) {
      const found = this.match(form);
      if (found) return escapes ? unescape(found[1] ?? "") : (found[1] ?? "");
    }
    return bare(this.match(BARE)?.[0] ?? "");
  }

  end(): void {
    this.match(SPACE);
    if (this.at < this.text.length) throw new SyntaxError(`unexpected “${this.text[this.at]}”`);
  }

  private list(): TomlValue[] {
    const entries: TomlValue[] = [];
    this.at += 1;
    for (;;) {
      this.match(SPACE);
      if (this.take("]")) return entries;
      entries.push(this.value());
      this.match(SPACE);
      if (!this.take(",") && this.text[this.at] !== "]") throw new SyntaxError("list without end");
    }
  }

  private take(character: string): boolean {
    const found = this.text[this.at] === character;
    if (found) this.at += 1;
    return found;
  }

  private match(form: RegExp): RegExpExecArray | null {
    form.lastIndex = this.at;
    const found = form.exec(this.text);
    if (found) this.at = form.lastIndex;
    return found;
  }
}

function bare(word: string): TomlValue {
  if (word === "true" || word === "false") return word === "true";
  const number = Number(word.replaceAll("_", ""));
  if (word === "" || Number.isNaN(number)) throw new SyntaxError(`“${word}” is not a value`);
  return number;
}

const ESCAPES: Record<string, string> = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", e: "\x1b" };

function unescape(text: string): string {
  const escape = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs;
  return text.replace(escape, (_, short, long, one) =>
    one ? (ESCAPES[one] ?? one) : String.fromCodePoint(parseInt(short ?? long, 16)),
  );
}
