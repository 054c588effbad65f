/**
 * What a program imports as `tfjs-lowrank`. Charts, tables and data sets are in `tfjs-lowrank/notebook`.
 *
 * @module tfjs-lowrank
 */
export * from './compression';
export * from './layers';
export * from './linalg';
export * from './tensorflow';
export * from './training';
