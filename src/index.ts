export * from './library';
export * from './notebook-entry';
