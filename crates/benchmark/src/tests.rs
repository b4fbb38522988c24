mod arithmetic;
mod engine;
mod measure;
mod strategies;
