export { compile, type CompiledGraph } from './compiled-graph';
export { compileStep, type Chunk, type CompiledStep, type CompileOptions, type RunOptions, type RunResult, type Step } from './compile-step';
export { CompileError } from './errors';
export { Pace } from './pace';
export type { Collected, StepResult, StepValues } from './results';
export { stepParameter } from './step-parameter';
export { whileLoop } from './while-loop';
