// The steps of the setup in their order; a further one is a line here and a component.

import type { Component } from "svelte";
import StepGpus from "./StepGpus.svelte";
import StepModels from "./StepModels.svelte";
import StepBenchmark from "./StepBenchmark.svelte";
import StepWhen from "./StepWhen.svelte";

export interface Step {
  id: string;
  title: string;
  component: Component;
}

export const STEPS: Step[] = [
  { id: "gpus", title: "Your GPUs", component: StepGpus },
  { id: "models", title: "Models that fit", component: StepModels },
  { id: "benchmark", title: "What you gain on this GPU", component: StepBenchmark },
  { id: "when", title: "When to be ready", component: StepWhen },
];
