// No sentence stands in a component: each comes from the language files, through text.ts.

import { parse } from "svelte/compiler";
import { expect, test } from "vitest";

const COMPONENTS = import.meta.glob<string>("./**/*.svelte", {
  query: "?raw",
  import: "default",
  eager: true,
});
/** The attributes whose value a person reads or hears. */
const READ = /^(aria-(label|description|valuetext|roledescription)|alt|description|label|name|placeholder|title)$/;
/** A sentence has two words; a name of ours is the same in every language. */
const SENTENCE = /\p{L}{2,}[,.:;]? \p{L}{2,}/u;
const NAMES = /GPU Keepalive/g;

type Node = Record<string, unknown>;

/** The sentences in a component's markup, and in the strings of its expressions and its script. */
function sentences(source: string): string[] {
  const { fragment, instance, module } = parse(source, { modern: true });
  const found: string[] = [];
  const note = (text: string) => {
    const line = text.replace(/\s+/g, " ").trim();
    if (SENTENCE.test(line.replace(NAMES, ""))) found.push(line);
  };
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (typeof node !== "object" || node === null) return;
    const { type, name, value, data, quasis } = node as Node;
    if (type === "Comment" || type === "ImportDeclaration") return;
    if (type === "Attribute" && !READ.test(String(name)) && isText(value)) return;
    if (type === "Text") note(String(data));
    if (type === "Literal" && typeof value === "string") note(value);
    if (type === "TemplateLiteral") {
      note((quasis as { value: { cooked: string } }[]).map((part) => part.value.cooked).join("0"));
    }
    for (const [key, part] of Object.entries(node)) {
      if (!/comments$/i.test(key)) walk(part);
    }
  };
  [fragment, instance, module].forEach(walk);
  return found;
}

/** True of an attribute without an expression. */
function isText(value: unknown): boolean {
  return Array.isArray(value) && value.every((part: Node) => part.type === "Text");
}

test.each(Object.keys(COMPONENTS))(
  "%s has no sentence of its own",
  (file) => {
    expect(sentences(COMPONENTS[file] ?? "")).toEqual([]);
  },
);

test("a sentence is found wherever it stands", () => {
  const source = `
    <script lang="ts">
      // A comment is none.
      import { one } from "two three";
      const label = on ? "Switched on" : text("off");
    </script>
    <p class="row small" title="Looked at" {label}>Look again <b>GPU Keepalive</b></p>
    <!-- Nor is this. -->
    {#if label}<i aria-label="At most {label} left">{label ? \`of \${one} two\` : "x"}</i>{/if}`;
  expect(sentences(source)).toEqual(["Looked at", "Look again", "At most", "Switched on"]);
});
