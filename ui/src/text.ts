// The texts of the pages, by key, from the same files as the engine's sentences.

import "./locale";
import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";

/** The values of a text's variables. A number with decimals is written by format.ts first. */
type Values = Record<string, FluentVariable>;

const FILES = import.meta.glob<string>("../../crates/text/locales/*.ftl", {
  query: "?raw",
  import: "default",
  eager: true,
});

const ENGLISH = "en";

function source(language: string): string | undefined {
  return FILES[`../../crates/text/locales/${language}.ftl`];
}

/** The language of a locale such as `de-AT`; English where it has no file. */
export function languageOf(locale: string): string {
  const language = locale.split(/[^A-Za-z0-9]/)[0]?.toLowerCase() ?? "";
  return source(language) === undefined ? ENGLISH : language;
}

function bundle(language: string): FluentBundle {
  // Without marks for text of both directions, which would be part of every label.
  const bundle = new FluentBundle(language, { useIsolating: false });
  bundle.addResource(new FluentResource(source(language) ?? ""));
  return bundle;
}

/**
 * Texts in that language, English where it lacks one. A key that is in no file is a bug: it is
 * thrown while developing and testing, and shown as it is in a build.
 */
export function textsIn(language: string): (key: string, values?: Values) => string {
  const bundles = [...new Set([language, ENGLISH])].map(bundle);
  return (key, values) => {
    const [id = "", attribute] = key.split(".");
    for (const bundle of bundles) {
      const message = bundle.getMessage(id);
      const pattern = attribute === undefined ? message?.value : message?.attributes[attribute];
      if (pattern == null) continue;
      // Without a list of errors, formatting throws.
      return bundle.formatPattern(pattern, values, import.meta.env.DEV ? null : []);
    }
    if (import.meta.env.DEV) throw new Error(`no text: ${key}`);
    return key;
  };
}

/** The window process tells its language, which is the engine's; a browser has its own. */
const told = new URLSearchParams(location.search).get("language");

export const language = languageOf(told ?? navigator.language);

/** For numbers and dates: the user's own region, where it is one of this language. */
export const locale =
  languageOf(navigator.language) === language ? navigator.language : language;

export const text = textsIn(language);

document.documentElement.lang = language;
