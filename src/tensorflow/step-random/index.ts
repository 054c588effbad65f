export { withCountedRandom, type RandomStream } from './counted-random';
