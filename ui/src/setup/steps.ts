// The steps of the setup in their order; a further one is a line here and a component.

import type { Component } from "svelte";
import StepGpus from "./StepGpus.svelte";
import StepIcon from "./StepIcon.svelte";
import StepModels from "./StepModels.svelte";
import StepBenchmark from "./StepBenchmark.svelte";
import StepWhen from "./StepWhen.svelte";

export interface Step {
  id: string;
  title: string;
  component: Component;
  /** True if nothing can be done in it without a GPU. */
  needsGpu?: boolean;
}

export const STEPS: Step[] = [
  { id: "gpus", title: "Your GPUs", component: StepGpus },
  { id: "models", title: "A model for your GPU", component: StepModels },
  { id: "benchmark", title: "What you gain on this GPU", component: StepBenchmark, needsGpu: true },
  { id: "when", title: "When to be ready", component: StepWhen },
  { id: "icon", title: "Where it lives from now on", component: StepIcon },
];
