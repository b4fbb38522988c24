// The steps of the setup in their order; a further one is a line here and a component.

import type { Component } from "svelte";
import StepGpus from "./StepGpus.svelte";
import StepIcon from "./StepIcon.svelte";
import StepModels from "./StepModels.svelte";
import StepBenchmark from "./StepBenchmark.svelte";
import StepWhen from "./StepWhen.svelte";
import { text } from "../text";

export interface Step {
  id: string;
  title: string;
  component: Component;
  /** True if nothing can be done in it without a GPU. */
  needsGpu?: boolean;
}

export const STEPS: Step[] = [
  { id: "gpus", title: text("setup-gpus"), component: StepGpus },
  { id: "models", title: text("setup-models"), component: StepModels },
  {
    id: "benchmark",
    title: text("setup-benchmark"),
    component: StepBenchmark,
    needsGpu: true,
  },
  { id: "when", title: text("setup-when"), component: StepWhen },
  { id: "icon", title: text("setup-icon"), component: StepIcon },
];
