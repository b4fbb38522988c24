import "./locale";
import { mount } from "svelte";
import App from "./App.svelte";
import "./tokens.css";
import "./base.css";

// In a browser, without the window process, the page is fed from a simulation. Not in a build.
if (import.meta.env.DEV && !("__TAURI_INTERNALS__" in window)) {
  const { startDemo } = await import("./dev/demo");
  startDemo(new URLSearchParams(location.search));
}

const target = document.getElementById("app");
if (target) mount(App, { target });
