export { withFusedOptimizers } from './fused-optimizers';
export { advanceIterations, countIterations, type Applications } from './iterations';
