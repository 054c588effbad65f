// What a program imports as 'tfjs-lowrank'. Charts, tables and data sets are in './notebook-entry'.
export * from './compression';
export * from './layers';
export * from './linalg';
export * from './tensorflow';
export * from './training';
